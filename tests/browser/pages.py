"""Pages that somebody of each role opens, for tests that look at all of them. The entries of the menu come on top."""

from tests.stack import PortalStack

OWN = ("/", "/help/", "/me/", "/me/password/", "/me/sessions/")
LISTS = ("/residents/", "/residents/?q=nobody", "/households/", "/dwellings/", "/organizations/", "/events/")
CARDS = ("/residents/{person}", "/households/{household}", "/dwellings/{dwelling}", "/organizations/{organization}")
EDITS = (
    "/residents/add",
    "/residents/{person}/edit",
    "/residents/{person}/close",
    "/residents/import",
    "/households/add",
    "/households/{household}/members",
    "/dwellings/{dwelling}/residents",
    "/organizations/add",
    "/events/report",
)
FILLING = (
    "/reports/",
    "/reports/{report}/rows/",
    "/reports/{report}/rows/{subject}/",
    "/reports/{report}/rows/{subject}/remove/",
    "/reports/{report}/rows/add/",
    "/reports/{report}/submit/",
)
FORMS = (
    "/forms/",
    "/forms/new/",
    "/forms/{form}/",
    "/forms/{form}/dispatches/new/",
    "/dispatches/{dispatch}/",
    "/dispatches/{dispatch}/totals/",
    "/dispatches/{dispatch}/exports/",
)
DRAFT = ("/forms/{draft}/", "/forms/{draft}/columns/", "/forms/{draft}/settings/")
ADMISSION = ("/admissions/", "/admissions/{submitted}/", "/items/", "/items/person.phone")
PEOPLE = ("/people/", "/people/{user}/", "/people/posts/{post}/move/", "/grids/", "/grids/{community}/")
PEOPLE_EDITS = ("/people/add/", "/people/import/", "/people/waiting/", "/people/{user}/password/")
COMPLAINTS = ("/complaints/", "/complaints/new/", "/complaints/mine/", "/burden/outside/")
NOTICES = ("/notices/", "/guides/", "/help/?screen=portal:home")
SENDING = ("/notices/new/", "/notices/sent/", "/guides/new/", "/burden/points/")
TAGS = ("/tags/", "/tags/add/", "/tags/requests/", "/tags/{tag}/")
RETURNED = ("/datasets/{dataset}/", "/corrections/{correction}/", "/grants/{grant}/")
COMPARED = ("/datasets/{dataset}/compare/", "/datasets/{dataset}/compare/areas/")
CONNECTING = (
    "/datasets/{dataset}/records/",
    "/channels/",
    "/channels/{channel}/",
    "/connectors/new/",
    "/connectors/{connector}/",
    "/connectors/{connector}/source/",
    "/connectors/{connector}/fields/",
    "/connectors/{connector}/schedule/",
)
ENTERING = ("/todos/", "/me/systems/", "/tags/{tag}/")
SYSTEM = ("/systems/{system}/", "/systems/low-use/", "/systems/letters/{letter}/")
OWN_SYSTEM = ("/systems/new/", "/systems/opinions/", "/systems/{system}/entrance/", "/systems/{system}/accounts/")
PAGES: dict[str, tuple[str, ...]] = {
    "王建国": OWN + LISTS + CARDS + EDITS + FILLING + COMPLAINTS + NOTICES + RETURNED + ENTERING,
    "施卫东": (),
    "顾文杰": ("/residents/{person}", *COMPARED, *PEOPLE, *TAGS),
    "徐静": ("/residents/{person}", "/burden/bulletin/", *ADMISSION, *PEOPLE, *TAGS, *SENDING, *SYSTEM),
    "张敏": ("/opinions/{opinion}/", "/inquiries/{complaint}/", *FORMS, *SYSTEM, *OWN_SYSTEM),
    "杨帆": DRAFT,
    "钱磊": ("/datasets/new/", *RETURNED, *CONNECTING),
    "韩松": ("/discipline/{complaint}/",),
    "俞涛": ("/features/notices/",),
    "汤洁": ("/clients/new/", *PEOPLE, *PEOPLE_EDITS),
    "季平": ("/audit/overview/",),
}
"""What each opens beside the entries of the own menu."""
GRIDS = {"王建国": "/reports/{report}/", "顾文杰": "/review/{report}/"}
"""Pages with the grid: heavier, and the grid is a part of its own."""

_OF_NANMEN = "area_code >= 310151101001000000 AND area_code < 310151101002000000"
_PLACES = ("household", "dwelling", "organization")


def keys_of(stack: PortalStack) -> dict[str, int]:
    """Keys for the addresses above, out of the demo data with its forms and tags (`seed_forms`, `seed_tags`)."""

    def first(table: str, where: str, what: str = "min(id)") -> int:
        return int(stack.rows(f"SELECT {what} FROM {table} WHERE {where}")[0][0])

    report = first("forms_engine_report", _OF_NANMEN)
    states = {"draft": "draft", "submitted": "submitted", "form": "admitted"}
    return {
        "community": 310151101001000000,
        "user": first("accounts_post", "area_id = 310151101001000000", "min(user_id)"),
        "post": first("accounts_post", "area_id = 310151101001000000"),
        "person": first("registry_person", _OF_NANMEN),
        "report": report,
        "subject": first("forms_engine_reportrow", f"report_id = {report}", "min(subject_id)"),
        "opinion": first("accounts_approvalreviewer", "opinion = ''"),
        "dispatch": first("forms_engine_report", f"id = {report}", "dispatch_id"),
        "tag": first("tagging_tag", "true"),
        **{name: first(f"registry_{name}", _OF_NANMEN) for name in _PLACES},
        **{
            name: first("forms_engine_formversion", f"state = '{state}'", "min(template_id)")
            for name, state in states.items()
        },
    }
