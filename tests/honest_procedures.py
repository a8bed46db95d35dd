"""The procedures of an honest department as they are today, and how its people draw them up.

Part of the generator of ``honest_reviews``; the definition is in ``docs/explanation/honest-reviews.md``.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

__all__ = ["COMMUNES", "GRADES", "OPINION", "SITE_VISIT", "Procedure", "Row", "Survey", "twentieth"]

Row = dict[str, Any]

FIELDS: Final = {
    "Nội vụ": (
        ("Bổ nhiệm", "Bổ nhiệm lại", "Điều động", "Biệt phái", "Đánh giá, xếp loại hằng năm", "Giải quyết nghỉ hưu"),
        ("công chức lãnh đạo, quản lý", "viên chức quản lý", "công chức cấp xã", "giáo viên", "viên chức y tế"),
    ),
    "Tài chính": (
        ("Thẩm định dự toán mua sắm", "Phê duyệt phương án điều chuyển", "Phê duyệt phương án thanh lý", "Kiểm kê"),
        ("xe ô tô công", "trụ sở làm việc", "máy móc, thiết bị", "tài sản kết cấu hạ tầng", "phần mềm dùng chung"),
    ),
    "Xây dựng": (
        ("Thẩm định chủ trương đầu tư", "Thẩm định thiết kế", "Phê duyệt kế hoạch bảo trì", "Kiểm tra chất lượng"),
        ("công trình giao thông", "trường học", "công trình thủy lợi", "trụ sở cơ quan", "nhà văn hóa"),
    ),
    "Tư pháp": (
        ("Góp ý dự thảo", "Thẩm định dự thảo", "Kiểm tra, xử lý", "Rà soát, hệ thống hóa"),
        ("nghị quyết của Hội đồng nhân dân", "quyết định của Ủy ban nhân dân", "chỉ thị", "quy chế nội bộ"),
    ),
}  # fmt: skip
COMMUNES: Final = (
    "UBND xã Mường So", "UBND xã Thu Lũm", "UBND xã Bản Bo", "UBND xã Nậm Hàng", "UBND xã Hua Bum", "UBND xã Pa Tần",
)  # fmt: skip
DOCUMENTS: Final = (
    "Tờ trình", "Báo cáo thuyết minh", "Biên bản họp", "Bản sao quyết định có liên quan", "Bảng tổng hợp số liệu",
    "Sơ yếu lý lịch", "Phiếu lấy ý kiến", "Văn bản thống nhất của cơ quan phối hợp", "Bản cam kết", "Hồ sơ kỹ thuật",
)  # fmt: skip
OPINION: Final = "Lấy ý kiến cơ quan liên quan"
SITE_VISIT: Final = "Kiểm tra thực tế"
STEPS: Final = (
    ("Tiếp nhận, kiểm tra hồ sơ", "resolver"),
    (OPINION, "coordinator"),
    ("Tổng hợp, thẩm định", "resolver"),
    (SITE_VISIT, "resolver"),
    ("Trình ký, ban hành", "resolver"),
)
SOURCES: Final = (
    "Khảo sát 12 cơ quan, tháng 02/2023",
    "Sổ theo dõi hồ sơ năm 2022",
    "Báo cáo công tác năm 2022",
    "Phỏng vấn công chức trực tiếp xử lý",
)
GRADES: Final = ("A0/2", "A1/1", "A1/3", "A1/5", "A2.1/2", "B/4")
FREQUENCIES: Final = ((1, 12), (2, 3), (4, 3), (12, 1))


@dataclass(slots=True)
class Procedure:
    """A procedure with what belongs to it; a line's ``tag`` is what it is for, and stands in no table."""

    row: Row
    documents: list[Row]
    steps: list[Row]
    lines: list[Row]
    volumes: list[Row] = field(default_factory=list)

    @property
    def code(self) -> str:
        return str(self.row["procedure"])

    def copy(self, code: str | None = None, **changes: object) -> Procedure:
        of = {"procedure": code or self.code}
        parts = ([row | of for row in rows] for rows in (self.documents, self.steps, self.lines, self.volumes))
        return Procedure(self.row | of | changes, *parts)

    def tagged(self, *tags: str) -> list[Row]:
        return [line for line in self.lines if line["tag"] in tags]

    def add_line(self, tag: str, **values: object) -> None:
        number = 1 + max((int(line["activity"]) for line in self.lines), default=0)
        self.lines.append({"procedure": self.code, "activity": str(number), "tag": tag, **values})

    def drop_lines(self, dropped: Sequence[Row]) -> None:
        self.lines = [line for line in self.lines if not any(line is one for one in dropped)]

    def settle_deadline(self, slack: float) -> None:
        self.row["deadline_days"] = sum(step["duration_days"] for step in self.steps) + slack

    @property
    def slack(self) -> float:
        return float(self.row["deadline_days"] - sum(step["duration_days"] for step in self.steps))


def quarter(hours: float) -> float:
    return max(0.25, round(hours * 4) / 4)


def twentieth(hours: float) -> float:
    return max(0.05, round(hours * 20) / 20)


class Survey:
    """Who draws up the procedures of one review as they are today; `elements` is what occurred.

    Parameters
    ----------
    random
        Where chance comes from.
    """

    def __init__(self, random: Random) -> None:
        self.random = random
        self.one_rate = self.chance(0.4)
        self.elements = {"one_rate" if self.one_rate else "rates_by_grade"}
        self.drawn: list[Procedure] = []
        self.twins: dict[str, str] = {}
        self._names: set[str] = set()

    def chance(self, share: float) -> bool:
        """Tell whether something happens that does so in this share of all cases."""
        return self.random.random() < share

    def procedures(self, agency: str, level: str, number: int) -> list[Procedure]:
        """Draw the procedures of one agency; some are like the one before."""
        made: list[Procedure] = []
        for position in range(number):
            code = f"{len(self.drawn) + 1:02d}.{agency.rsplit(maxsplit=1)[-1]}"
            original = made[-1] if made and made[-1].code not in self.twins and self.chance(0.35) else None
            one = self.similar(original, code) if original else None
            made.append(one or self.procedure(code, agency, level))
            self.drawn.append(made[position])
        return made

    def name(self, actions: Sequence[str], objects: Sequence[str]) -> str | None:
        names = [f"{action} {thing}" for action in actions for thing in objects]
        free = [name for name in names if name not in self._names]
        chosen = self.random.choice(free) if free else None
        self._names |= {chosen} if chosen else set()
        return chosen

    def similar(self, original: Procedure, code: str) -> Procedure | None:
        """Draw a procedure of a like name and like steps that takes a little more here and less there."""
        actions, objects = FIELDS[original.row["field"]]
        name = self.name([one for one in actions if original.row["name"].startswith(f"{one} ")], objects)
        if name is None or original.volumes or original.tagged("post"):
            return None
        twin = original.copy(code, name=name, population=self.population())
        worked = [line for line in twin.lines if line.get("effort_hours")]
        for line in self.random.sample(worked, self.random.randint(1, max(1, len(worked) // 2))):
            line["effort_hours"] = twentieth(line["effort_hours"] * self.random.uniform(0.7, 0.95))
        self.twins |= {code: original.code, original.code: code}
        self.elements.add("similar_procedures")
        return twin

    def population(self) -> int:
        return min(2000, max(3, round(self.random.lognormvariate(3.5, 1))))

    def work(self, hours: float) -> Row:
        """Work of one case by somebody, with where the figure comes from."""
        grade = None if self.one_rate else self.random.choice(GRADES)
        return {"effort_hours": quarter(hours), "grade": grade, "source": self.random.choice(SOURCES)}

    def procedure(self, code: str, agency: str, level: str) -> Procedure:
        """Draw one procedure of the baseline."""
        random = self.random
        of_field = random.choice(list(FIELDS))
        name = self.name(*FIELDS[of_field]) or self.name_anew()
        kind = random.choice(("between_agencies", "within_agency"))
        announced = dt.date(2023, 3, random.randint(1, 31))
        if self.chance(0.03):
            announced = dt.date(2023, random.randint(5, 10), random.randint(1, 28))
            self.elements.add("late_announcement")
        times, weights = zip(*FREQUENCIES, strict=True)
        row: Row = {
            "procedure": code, "name": name, "kind": kind, "level": level, "field": of_field, "agency": agency,
            "reviewing_agency": agency, "channel": "Trực tiếp, bưu chính", "subject": "Cơ quan, đơn vị",
            "result": "Quyết định", "dossier_sets": random.randint(1, 2),
            "frequency": random.choices(times, weights)[0], "population": self.population(),
            "legal_basis": f"Quyết định số {random.randint(1, 60)}/{random.randint(2015, 2022)}/QĐ-UBND",
            "announced_by": f"Quyết định số {random.randint(200, 900)}/QĐ-UBND", "announced_on": announced,
            "publicised_on": announced if kind == "between_agencies" else None, "source": random.choice(SOURCES),
        }  # fmt: skip
        one = Procedure(row, [], [], [])
        for number, document in enumerate(random.sample(DOCUMENTS, random.randint(2, 6)), 1):
            copies = random.randint(1, 4)
            part = {"procedure": code, "document": str(number)}
            one.documents.append(part | {"name": document, "copies": copies, "is_form": document == "Tờ trình"})
            hours = random.lognormvariate(0.6, 0.5)
            stage = {"stage": "preparation", "bearer": "requester", "document": str(number)}
            one.add_line("prepare", name=f"Soạn {document}", **stage, **self.work(hours))
            if self.chance(0.5):
                copying = copies * random.randint(2, 9) * 1000
                source = random.choice(SOURCES)
                one.add_line("copy", name=f"In, sao chụp {document}", other_vnd=copying, source=source, **stage)
        self.add_steps(one)
        self.add_submission(one)
        if level == "commune" and self.chance(0.6):
            one.row |= {"frequency": None, "population": None}
            one.volumes = [
                {"procedure": code, "agency": commune, "frequency": 1, "population": random.randint(3, 60)}
                for commune in random.sample(COMMUNES, random.randint(2, len(COMMUNES)))
            ]
            self.elements.add("by_commune")
        return one

    def name_anew(self) -> str:
        name = f"Giải quyết công việc nội bộ số {len(self._names) + 1}"
        self._names.add(name)
        return name

    def add_steps(self, one: Procedure) -> None:
        count = self.random.randint(3, len(STEPS))
        chosen = sorted(self.random.sample(range(len(STEPS)), count))
        for number, position in enumerate(chosen, 1):
            name, performer = STEPS[position]
            days = self.random.randint(1, 10) / 2
            one.steps.append({
                "procedure": one.code, "step": str(number), "name": name, "duration_days": days,
                "after": str(number - 1) if number > 1 else None,
            })  # fmt: skip
            hours = self.random.uniform(0.5, 4) * days
            stage = "inspection" if name == SITE_VISIT else "processing"
            one.add_line("step", name=name, stage=stage, bearer=performer, step=str(number), **self.work(hours))
        one.settle_deadline(self.random.randint(0, 3))

    def add_submission(self, one: Procedure) -> None:
        """Add how the dossier is brought: by those who come, or by those who come and those who write."""
        stage = {"stage": "submission", "bearer": "requester"}
        splits = one.row["level"] != "commune" and self.chance(0.15)
        one.add_line("submit", name="Nộp trực tiếp", **stage, **self.work(self.random.uniform(0.5, 4)))
        if splits:
            comers = self.random.randint(1, one.row["population"] - 1)
            one.lines[-1]["population"] = comers
            postage = self.random.randint(20, 60) * 1000
            one.add_line(
                "post", name="Nộp qua bưu chính", service_vnd=postage, **stage, **self.work(0.5),
                population=one.row["population"] - comers,
            )  # fmt: skip
            self.elements.add("split_channels")
        one.add_line("result", name="Nhận kết quả", stage="result", bearer="requester", **self.work(0.5))
