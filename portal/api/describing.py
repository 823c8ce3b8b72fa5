"""What the schema of the API says beside shapes: a title and an example of each operation, and of each refusal."""

from typing import Any

from accounts.api.base import SENTENCES
from accounts.problems import PROBLEM, describe_problem
from portal.api.examples import EXAMPLES, OTHER_REFUSALS, Example


def describe_operations(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """A postprocessing hook of drf-spectacular: the finished schema in and out."""
    for methods in result["paths"].values():
        for operation in methods.values():
            operation["summary"] = operation["description"].partition("。")[0].partition(":")[0]
            _describe_refusals(operation["responses"])
            if operation["operationId"] in EXAMPLES:
                _show(operation, EXAMPLES[operation["operationId"]])
    return result


def _describe_refusals(responses: dict[str, Any]) -> None:
    for status, answer in responses.items():
        if PROBLEM in answer.get("content", {}):
            code, sentence = (SENTENCES | OTHER_REFUSALS)[int(status)]
            answer["content"][PROBLEM]["example"] = describe_problem(int(status), code, sentence)


def _show(operation: dict[str, Any], example: Example) -> None:
    """Beside each filter, every media type of the request, and of each answer that succeeds."""
    for parameter in operation.get("parameters", []):
        if parameter["name"] in example.asked:
            parameter["example"] = example.asked[parameter["name"]]
    for told in operation.get("requestBody", {}).get("content", {}).values():
        told["example"] = example.sent
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            for told in answer["content"].values():
                told["example"] = example.answer
