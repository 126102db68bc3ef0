"""Everything a database holds, to show that a request, a refusal or a repetition changed nothing."""

from sqlalchemy import Engine, inspect


def every_row(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, by table, in an order that does not depend on when it was written.

    `before = every_row(engine); ...; assert every_row(engine) == before`
    """
    with engine.connect() as connection:
        return {
            table: sorted(
                (tuple(row) for row in connection.exec_driver_sql(f'SELECT * FROM "{table}"')), key=repr
            )
            for table in sorted(inspect(connection).get_table_names())
        }
