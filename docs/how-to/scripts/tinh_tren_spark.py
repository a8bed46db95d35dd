"""Tính chi phí của hai trạng thái bằng spark-submit: hai thư mục Parquet, thư mục kết quả."""

import sys

from pyspark.sql import SparkSession

import tthc_cost as tc


def main(before: str, after: str, result: str) -> None:
    rates = tc.RateTable.civil_service(on="2024-07-01")
    spark = SparkSession.builder.getOrCreate()
    baseline, simplified = (tc.cost_activities(spark.read.parquet(folder), rates) for folder in (before, after))
    tc.compare_tables(baseline, simplified, "agency", "procedure").write.parquet(result)
    total = tc.reduction_of(spark.read.parquet(result))
    print(total.baseline, total.simplified, total.saving)
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
