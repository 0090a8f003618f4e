"""The form of rows with a key: whoever adds one by hand gets the key that an import would have given it."""

from typing import Any

from seasons.admin.generic import ModelForm


class KeyedForm(ModelForm):
    """`key_of` makes the key of a new row. A key that is taken, or would be empty, is the form's error."""

    @staticmethod
    def key_of(row: Any) -> str:
        raise NotImplementedError

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        row = self.instance
        if self.errors or row.pk is not None:
            return
        key = self.key_of(row)
        if not key.strip("-"):
            self.add_error(None, "The name has no letter or digit to make a key of.")
        elif type(row).objects.filter(key=key).exists():
            self.add_error(None, f"The key {key} is taken: this {row._meta.verbose_name} is in the catalogue already.")
        row.key = key
