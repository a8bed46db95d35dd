"""Tính chi phí của hai trạng thái trên cụm Dask: địa chỉ scheduler, hai thư mục Parquet, thư mục kết quả."""

import sys

import dask.dataframe as dd
from distributed import Client

import tthc_cost as tc


def main(scheduler: str, before: str, after: str, result: str) -> None:
    rates = tc.RateTable.civil_service(on="2024-07-01")
    with Client(scheduler):
        baseline, simplified = (tc.cost_activities(dd.read_parquet(folder), rates) for folder in (before, after))
        tc.compare_tables(baseline, simplified, "agency", "procedure").to_parquet(result, write_index=False)
        total = tc.reduction_of(dd.read_parquet(result))
    print(total.baseline, total.simplified, total.saving)


if __name__ == "__main__":
    main(*sys.argv[1:])
