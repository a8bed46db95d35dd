"""Frames of logs on any engine: looked at row by row, added up by group, and the few groups brought home."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import narwhals.stable.v2 as nw
from narwhals.stable.v2.dependencies import is_dask_dataframe

from tthc_cost.errors import InputFault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Known: TypeAlias = nw.DataFrame[Any] | nw.LazyFrame[Any]
    Partitions: TypeAlias = Any
    """A dask.dataframe.DataFrame, each partition of which is a pandas frame; never computed but in `brought_home`."""
    Frame: TypeAlias = Known | Partitions
    AnyFrame: TypeAlias = Any
    """Whatever narwhals knows as a frame, or a frame of Dask."""
    How: TypeAlias = Literal["sum", "min", "max"]

__all__ = ["added_up", "as_given", "brought_home", "opened", "row_by_row", "sample_of"]

_KNOWN: Final = (nw.DataFrame, nw.LazyFrame)


def opened(log: AnyFrame) -> Frame:
    """Return any frame as one that the functions of this room take.

    Parameters
    ----------
    log : any frame

    Raises
    ------
    InputFault
        If it is no frame.
    """
    if not isinstance(log, _KNOWN) and is_dask_dataframe(log):
        return log
    try:
        return nw.from_native(log)
    except TypeError:
        raise InputFault.because("not_a_dataframe", kind=type(log).__name__) from None


def as_given(frame: Frame) -> AnyFrame:
    """Return a frame as the kind that `opened` was given."""
    return frame.to_native() if isinstance(frame, _KNOWN) else frame


def sample_of(frame: Frame) -> Known:
    """Return a narwhals frame of the same columns: the frame itself, of Dask a lazy one without rows."""
    return frame if isinstance(frame, _KNOWN) else nw.from_native(_meta(frame)).lazy()


def row_by_row(frame: Frame, change: Callable[[Known], Known]) -> Frame:
    """Change a frame by elementwise expressions and filters; each partition of Dask where it lies.

    Parameters
    ----------
    frame : frame
        Not computed.
    change : callable
        From a narwhals frame to another, of which no row depends on any other; it travels to the workers of Dask.

    Returns
    -------
    frame
    """
    if isinstance(frame, _KNOWN):
        return change(frame)

    def of_partition(rows: Any) -> Any:  # noqa: ANN401 - a pandas frame
        return nw.to_native(change(nw.from_native(rows)))

    return frame.map_partitions(of_partition, meta=of_partition(_meta(frame)))


def added_up(frame: Frame, keys: Sequence[str], how: Mapping[str, How]) -> Frame:
    """Aggregate columns by their keys, on the engine; the groups of Dask stay spread over its workers.

    Parameters
    ----------
    frame : frame
        Not computed; its keys hold no null.
    keys : sequence of str
        Columns to group by.
    how : mapping
        Which columns are aggregated, and how; text or whole numbers.

    Returns
    -------
    frame
        One row a group, in no order: the keys and the columns, whole numbers as int64.
    """
    if not isinstance(frame, _KNOWN):
        return _groups(frame, keys, how, frame.npartitions)
    whole = [name for name, dtype in frame.collect_schema().items() if name in how and dtype.is_integer()]
    groups = frame.group_by(*keys).agg(*(getattr(nw.col(name), one)() for name, one in how.items()))
    return groups.with_columns(nw.col(name).cast(nw.Int64) for name in whole)


def brought_home(frame: Frame, keys: Sequence[str], how: Mapping[str, How]) -> nw.DataFrame[Any]:
    """Aggregate as `added_up` does, where the groups are few, and compute them into this process.

    Parameters
    ----------
    frame, keys, how
        As of `added_up`.

    Returns
    -------
    narwhals DataFrame
        Of pandas, Polars or PyArrow.
    """
    if not isinstance(frame, _KNOWN):
        return nw.from_native(_groups(frame, keys, how, 1).compute(), eager_only=True)
    groups = added_up(frame, keys, how)
    if isinstance(groups, nw.DataFrame):
        return groups
    if groups.implementation.is_polars():
        return groups.collect()
    # PySpark knows no pandas of version 3 yet.
    return groups.collect("pyarrow" if groups.implementation.is_spark_like() else "pandas")


def _groups(frame: Partitions, keys: Sequence[str], how: Mapping[str, How], partitions: int) -> Partitions:
    groups = frame.groupby(list(keys), sort=False).agg(dict(how), split_out=partitions).reset_index()
    return groups.astype({name: "int64" for name in how if frame.dtypes[name].kind == "i"})


def _meta(frame: Partitions) -> Any:  # noqa: ANN401 - a pandas frame
    return import_module("dask.dataframe.utils").make_meta(frame)
