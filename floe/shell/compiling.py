"""Turns spec files and a manifest into the compiled document on disk."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, TypeAlias

from returns.result import Failure, Result, Success

from floe.core.canonical import digest_of
from floe.core.compiled import freeform
from floe.core.compiled.compilation import compile_products
from floe.core.compiled.document import Compiled, parse, render
from floe.core.compiled.freeform import Json
from floe.core.compiled.problem import Problem, ProductCircle, told
from floe.core.fault import Fault
from floe.core.names import Digest, Malformed
from floe.core.outcome import collect, settled
from floe.core.value import Value
from floe.effects.blocking import FaultError, writing
from floe.effects.registry.disk import opened
from floe.shell import markup, text
from floe.shell.complaint import Complaint, Doubt
from floe.shell.spec import Spec, parse_spec

DEFAULT_OUT: Final = Path("target/compiled_artifacts.json")

Complaints: TypeAlias = tuple[Complaint, ...]
Specs: TypeAlias = tuple[Spec, ...]


class CompiledFile(Value, frozen=True, kw_only=True):
    """The document that was written, and what in the specs may not do what its author hopes."""

    path: Path
    digest: Digest
    products: tuple[str, ...]
    doubts: tuple[Doubt, ...] = ()


def compile_files(
    specs: Sequence[Path],
    out: Path = DEFAULT_OUT,
    *,
    manifest: Path | None = None,
    fallback: Path | None = None,
) -> Result[CompiledFile, Complaints | Fault]:
    """The compiled document, written whole or not at all; or everything that is wrong with the files.

    The manifest is `manifest`, else the one that the specs name, else `fallback`, else there are no sections.
    """
    match settled(_made(specs, str(out), manifest, fallback)):
        case Failure(complaints):
            return Failure(complaints)
        case Success(made):
            return _written(out, *made)


def _made(
    paths: Sequence[Path], out: str, manifest: Path | None, fallback: Path | None
) -> Result[tuple[bytes, Compiled, Specs], Complaints]:
    return Result.do(
        (content, compiled, specs)
        for specs in collect(map(_spec, paths)).alt(_flat)
        for chosen in _manifest(specs, manifest, fallback)
        for sections in _sections(chosen)
        for compiled in _resolved(specs, sections)
        for content in _readable(compiled, out)
    )


def _resolved(specs: Specs, sections: Json) -> Result[Compiled, Complaints]:
    compiled = compile_products(tuple(spec.product for spec in specs), sections)
    return compiled.alt(lambda problems: tuple(_of_problem(each, specs) for each in problems))


def _readable(compiled: Compiled, out: str) -> Result[bytes, Complaints]:
    """The document, if it is within the bounds of those who will read it."""
    content = render(compiled)
    return parse(content).map(lambda _: content).alt(lambda malformed: (_of_malformed(out, malformed),))


def _spec(path: Path) -> Result[Spec, Complaints]:
    return _text(path).bind(lambda written: parse_spec(written, where=str(path)))


def _text(path: Path) -> Result[str, Complaints]:
    try:
        with path.open("rb") as file:
            content = file.read(text.LARGEST + 1)
    except OSError as error:
        found = f"this file cannot be read: {error.strerror}"
        return Failure((Complaint(where=str(path), found=found, expected="a file of YAML"),))
    return text.decode(content, where=str(path)).alt(lambda complaint: (complaint,))


def _manifest(specs: Specs, asked: Path | None, fallback: Path | None) -> Result[Path | None, Complaints]:
    """The one manifest for all specs; those a spec names are relative to the spec."""
    if asked is not None:
        return Success(asked)
    named = {Path(spec.where).parent.joinpath(spec.manifest).resolve(): spec for spec in specs if spec.manifest}
    if len(named) > 1:
        found = " and ".join(f"'{spec.manifest}' in {spec.where}" for spec in named.values())
        expected = "one for all specs, or --manifest"
        return Failure((Complaint(where=specs[0].where, path="platform.manifest", found=found, expected=expected),))
    chosen = next(iter(named.values()), None)
    return Success(Path(chosen.where).parent / str(chosen.manifest) if chosen else fallback)


def _sections(path: Path | None) -> Result[Json, Complaints]:
    """The top of the manifest without its `artifacts`, which promotion reads and compile does not."""
    if path is None:
        return Success(freeform.EMPTY)
    return _text(path).bind(lambda written: _sections_of(written, str(path)))


def _sections_of(written: str, where: str) -> Result[Json, Complaints]:
    read = markup.read(written, where=where)
    if read.complaints or read.root is None or read.root.kind != "mapping":
        return Failure(read.complaints or (read.top.complain("no mapping", "the sections of a manifest"),))
    sections = {name: data for name, data in read.root.plain.items() if name != "artifacts"}
    return freeform.spell(sections).alt(lambda faults: tuple(_of_malformed(where, each) for each in faults))


def _written(out: Path, content: bytes, compiled: Compiled, specs: Specs) -> Result[CompiledFile, Complaints | Fault]:
    try:
        with writing(out.parent):
            out.parent.mkdir(parents=True, exist_ok=True)
        with opened(out.parent) as folder:
            assert folder is not None, "it was made just now"
            folder.put(out.name, content)
    except FaultError as error:
        return Failure(error.fault)
    products = tuple(product.name for product in compiled.products)
    doubts = tuple(doubt for spec in specs for doubt in spec.doubts)
    return Success(CompiledFile(path=out, digest=digest_of(content), products=products, doubts=doubts))


def _of_problem(problem: Problem, specs: Specs) -> Complaint:
    """A problem at the files of the products that it is about."""
    about = problem.path if isinstance(problem, ProductCircle) else (problem.product,)
    files = dict.fromkeys(spec.where for spec in specs if spec.product.name in about)
    return _of_malformed(", ".join(files), told(problem))


def _of_malformed(where: str, malformed: Malformed) -> Complaint:
    return Complaint(where=where, path=malformed.what, found=malformed.found, expected=malformed.expected)


def _flat(complaints: tuple[Complaints, ...]) -> Complaints:
    return tuple(each for some in complaints for each in some)
