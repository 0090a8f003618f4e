import pytest
from django.db import connection, transaction

from core.connections import give_back_idle


@pytest.mark.django_db(transaction=True)
def test_a_connection_is_given_back_unless_it_is_in_a_transaction():
    with transaction.atomic(), connection.cursor() as cursor:
        give_back_idle()
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
    used = connection.connection
    assert used is not None

    give_back_idle()
    connection.ensure_connection()
    assert connection.vendor == "sqlite" or connection.connection is not used
