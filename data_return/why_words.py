"""Why a post reads a dataset, or does not, in Chinese sentences. Pure: `selectors.why` found the facts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.timezone import localdate

from accounts.actors import Actor
from accounts.approvals.rules import State
from data_return.models import Grant
from data_return.selectors.why import Explained, Reasons


@dataclass(frozen=True, slots=True)
class Step:
    """What to do next. url_name: "" where it is somebody else's to do. pk: of what the page is about."""

    text: str
    url_name: str = ""
    pk: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """A dataset with what is said about it, in a word and in full. records: those the post reads, explained."""

    reasons: Reasons
    opens: bool
    sentences: Sequence[str]
    records: Sequence[Explained]
    step: Step | None
    tag: str


def scope_in_words(actor: Actor) -> str:
    return f"您现在的岗位是“{actor.title}”,范围是{actor.area_name}。{_clearance(actor)}"


def answer(reasons: Reasons, actor: Actor, *, about: str = "", records: Sequence[Explained] = ()) -> Answer:
    """about: what a subject at hand is called, "" for the dataset as a whole. records: the post's of that subject."""
    sentences = [_opening(reasons, actor)]
    if about and reasons.opens and not records:
        sentences.append(
            f"您能看到的数据里没有这{about}的记录:可能部门没有这条数据,也可能数据来的时候这里还没有登记,下次更新后才会对上。"
        )
    tag = "本部门" if reasons.own else "有授权" if reasons.opens else "未授权"
    return Answer(reasons, reasons.opens, sentences, records, _step(reasons, actor, records), tag)


def outside(reasons: Reasons) -> Answer:
    """About a subject that the post sees by its registration (户籍), but that lives elsewhere."""
    return Answer(
        reasons,
        opens=False,
        sentences=["这位居民居住在本岗位范围以外,回流的数据归居住地,这里看不到。"],
        records=(),
        step=None,
        tag="不归这里",
    )


def _clearance(actor: Actor) -> str:
    if not actor.clearance:
        return "这个岗位不看居民数据。"
    return f"{actor.clearance} 级及以下的数据项看到全文,更高的脱敏。"


def _opening(reasons: Reasons, actor: Actor) -> str:
    if reasons.own:
        return "看得到:这是本部门发布的数据集,不需要授权。"
    if reasons.opening:
        return "看得到,因为有授权:" + ";".join(_grant(one) for one in reasons.opening) + "。"
    return "看不到:" + _missing(reasons, actor)


def _missing(reasons: Reasons, actor: Actor) -> str:
    """The nearest reason: what would have to change least."""
    if reasons.elsewhere:
        return f"{reasons.elsewhere[0].unit}的授权在使用中,但区域不包括这里。"
    if reasons.for_others:
        grant = reasons.for_others[0]
        return f"{grant.unit}的授权在使用中,但使用人员是{grant.readers_in_words()},不包括{actor.role.label}。"
    if reasons.coming:
        grant = reasons.coming[-1]
        return f"{grant.unit}的授权从 {grant.since:%Y-%m-%d} 起才生效。"
    if reasons.ended is not None:
        return _ended(reasons.ended)
    return "本单位没有这个数据集的授权。"


def _ended(grant: Grant) -> str:
    if grant.revoked_at is not None:
        return f"{grant.unit}的授权已于 {_day(localdate(grant.revoked_at))} 被撤销。"
    return f"{grant.unit}的授权已于 {_day(grant.until)} 到期。"


def _grant(grant: Grant) -> str:
    return f"{grant.unit}用于{grant.purpose},{len(grant.items)} 项,{_day(grant.since)} 至 {_day(grant.until)}"


def _day(day: date) -> str:
    return f"{day:%Y-%m-%d}"


def _step(reasons: Reasons, actor: Actor, records: Sequence[Explained]) -> Step | None:
    """How to see (more); None where everything is seen."""
    lacks = not reasons.opens or any(one.absent for one in records)
    if reasons.own or not lacks:
        return None
    if reasons.asked is not None:
        said = "已退回,请补充" if reasons.asked.state == State.RETURNED else "正在审核"
        return Step(f"本单位的申请{said}", "data_return:request_detail", reasons.asked.pk)
    if not reasons.askable:
        return _not_askable(reasons, actor)
    if not reasons.stands:
        return Step("这个岗位不能代表单位申请,请本单位能申请的同事提出。")
    text = "申请增加数据项" if reasons.opens else "申请使用这个数据集"
    return Step(text, "data_return:grant_new", reasons.dataset.pk)


def _not_askable(reasons: Reasons, actor: Actor) -> Step:
    if actor.department_id is None and not reasons.stands:
        return Step("由所在村居、镇街申请,请联系能申请的同事。")
    return Step(f"{reasons.dataset.department}没有向本单位开放申请,需要时请与其联系。")
