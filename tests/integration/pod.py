"""A workload in a cloud: floe as it runs there, with the variables that the cloud gives it, and a registry to enter."""

from pathlib import Path
from typing import Final

from tests.integration.process import OPERATOR, Answer, Bench

TEXT: Final = """
artifacts:
  registry:
    uri: "oci://{repository}"
    auth: {{type: {kind}}}
    {more}
  promotion:
    environments:
      - {{name: dev}}
      - {{name: prod}}
"""


class Pod(Bench):
    """A bench whose registry lets in whom a cloud vouches for."""

    def __init__(self, folder: Path, repository: str, kind: str, given: dict[str, str], more: str = "") -> None:
        (folder / "home").mkdir(exist_ok=True)
        super().__init__(folder, folder / "home", TEXT.format(repository=repository, kind=kind, more=more))
        self.uri = f"oci://{repository}"
        self.given = given
        self.write("notes.txt", "what is promoted")

    def environ(self, operator: str | None = OPERATOR) -> dict[str, str]:  # type: ignore[explicit-override]  # 3.12's
        return super().environ(operator) | self.given

    def token(self, name: str, text: str) -> str:
        """A file that the cloud puts into the pod."""
        return str(self.write(name, text))

    def pushed(self, version: str = "v1.0.0") -> Answer:
        return self.inside("artifact", "push", "-a", "notes.txt", "-r", self.uri, "-t", version)

    def told(self) -> str:
        """What is said when nothing works, which is the same for everybody: exit code 5 and no secret."""
        answer = self.inside("platform", "status")
        assert answer.code == 5, answer
        assert answer.stdout == ""
        return answer.stderr
