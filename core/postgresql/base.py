from typing import ClassVar

from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import base

from core.postgresql.pool import CheckedPool


class DatabaseWrapper(base.DatabaseWrapper):
    _pools: ClassVar[dict[str, CheckedPool]] = {}

    @property
    def pool(self) -> CheckedPool | None:
        """As Django makes it, of another class, which it leaves no way to name."""
        options = self.settings_dict["OPTIONS"].get("pool")
        if self.alias == NO_DB_ALIAS or not options:
            return None
        if self.alias not in self._pools:
            pool = CheckedPool(
                kwargs=self.get_connection_params() | {"autocommit": True},  # Django sets it as it wants it
                configure=self._configure_connection,  # type: ignore[attr-defined]
                open=False,
                **options,
            )
            self._pools.setdefault(self.alias, pool)  # another thread may have been first
        return self._pools[self.alias]

    def close_pool(self) -> None:
        if self.pool:
            self.pool.close()
            del self._pools[self.alias]
