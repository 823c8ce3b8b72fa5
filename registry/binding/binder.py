"""The binder: which data item (数据项) each column of a brought sheet means."""

from collections.abc import Mapping, Sequence

from accounts.xlsx import Sheet, UploadRefused, Workbook, open_upload
from accounts.xlsx.refusals import EmptyWorkbook, NoHeader
from registry.rules import ItemSpec

from .blocks import refuse_second_block
from .columns import SourceColumn, source_columns
from .grid import Grid
from .headers import key_of, label_of
from .kinds import find_kind
from .layout import find_layout
from .match import Context, Finding, match_header, nothing, with_unit
from .neighbours import find_rivals, own_words, settle_neighbours
from .sheet_binding import KIND_NAMES, ColumnBinding, SheetBinding, SheetKind
from .subject import find_population, find_subject
from .vocabulary import Vocabulary, build_vocabulary

NO_ITEM = "-"  # a learned "no data item fits"
LEARNED = 1.0


def bind_workbook(data: bytes, items: Sequence[ItemSpec], learned: Mapping[str, str] | None = None) -> SheetBinding:
    """Bind the first sheet that is a roster, or else the first with a header.

    learned: `learning_key` -> item code or NO_ITEM, confirmed by people earlier; it wins over everything.
    Raises UploadRefused (also NoHeader, TwoHeaders).
    """
    return bind_opened(open_upload(data), items, learned)


def bind_opened(
    workbook: Workbook, items: Sequence[ItemSpec], learned: Mapping[str, str] | None = None
) -> SheetBinding:
    """`bind_workbook` for a workbook that is open already."""
    vocabulary = build_vocabulary(items)
    sheets = [sheet for sheet in workbook.sheets if sheet.visible and not sheet.is_empty]
    if not sheets:
        raise EmptyWorkbook("可见的工作表都是空的。请取消隐藏要上传的工作表,保存后再上传。")
    bound, refusals = [], []
    for sheet in sheets:
        try:
            bound.append(bind_sheet(sheet, vocabulary, learned or {}, _others(sheet, sheets)))
        except UploadRefused as refusal:
            refusals.append(refusal)
        if bound and bound[-1].kind is SheetKind.ROSTER and any(column.is_bound for column in bound[-1].columns):
            return bound[-1]
    if refusals and not any(column.is_bound for sheet in bound for column in sheet.columns):
        raise refusals[0]
    return bound[0]


def bind_sheet(
    sheet: Sheet, vocabulary: Vocabulary, learned: Mapping[str, str], other_sheets: tuple[str, ...] = ()
) -> SheetBinding:
    """Bind one sheet. Raises NoHeader, TwoHeaders."""
    grid = Grid(sheet)
    layout = find_layout(grid, vocabulary.knows)
    columns = source_columns(grid, layout.header_rows)
    if not columns:
        raise NoHeader()
    kind = find_kind(grid, layout, columns, vocabulary)
    if kind is SheetKind.ROSTER:
        refuse_second_block(grid, layout, columns, vocabulary)
    about = f"{layout.title} {sheet.name}"
    subject = find_subject(columns, about, vocabulary)
    rivals = find_rivals(columns, about)
    context = Context(vocabulary, subject, about, rivals, own_words(columns, about), layout.money_unit)
    findings = _find_all(columns, kind, context)
    return SheetBinding(
        sheet=sheet.name,
        title=layout.title,
        kind=kind,
        subject=subject,
        population=find_population(columns, about),
        header_rows=layout.header_rows,
        first_data_row=layout.first_data_row,
        last_data_row=layout.last_data_row,
        footer_rows=layout.footer_rows,
        skipped_rows=layout.skipped_rows,
        columns=tuple(
            _binding(column, _learned(column, learned, context) or finding)
            for column, finding in zip(columns, findings, strict=True)
        ),
        other_sheets=other_sheets,
    )


def learning_key(subject: str | None, header: str) -> str:
    """Under which a confirmed binding is remembered: the subject and the header path as it is compared."""
    return f"{subject or ''}|{'/'.join(key_of(part) for part in header.split('/'))}"


def _others(sheet: Sheet, sheets: Sequence[Sheet]) -> tuple[str, ...]:
    return tuple(other.name for other in sheets if other is not sheet)


def _find_all(columns: Sequence[SourceColumn], kind: SheetKind, context: Context) -> list[Finding]:
    if kind is not SheetKind.ROSTER:
        return [nothing(f"这是{KIND_NAMES[kind]},只有名册的列才与数据项绑定。") for _ in columns]
    findings = [match_header(column.path, context) for column in columns]
    return settle_neighbours(columns, findings, context)


def _learned(column: SourceColumn, learned: Mapping[str, str], context: Context) -> Finding | None:
    code = learned.get(learning_key(context.subject, column.header))
    if code == NO_ITEM:
        return Finding(None, LEARNED, "以前有人确认过:目录里没有对应的数据项。")
    item = context.vocabulary.item(code)
    if item is None:
        return None
    found = Finding(item.code, LEARNED, f"以前有人确认过:这个表头是“{item.name}”。")
    return with_unit(found, label_of(column.path[-1]).unit, context)


def _binding(column: SourceColumn, finding: Finding) -> ColumnBinding:
    return ColumnBinding(
        column.letter,
        column.header,
        finding.item,
        round(finding.confidence, 2),
        finding.why,
        column.hidden,
        finding.unit,
        finding.scale,
    )
