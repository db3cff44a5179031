"""GorillaFileSystem: the commands of a small shell over a tree of directories and files."""

from typing import Any

from ifeval.tool_calls.bfcl.multi_turn.backend import Backend, Result, error, long_text
from ifeval.tool_calls.bfcl.multi_turn.tree import Directory, File, loaded, walk

_REFUSED = frozenset('|/\\?%*:"><')
_NO_SUCH = "No such file or directory"


class GorillaFileSystem(Backend):
    root: Directory

    def _load(self, scenario: Result) -> None:
        self.long_context = self._long
        name, described = next(iter(scenario.get("root", {}).items()), ("/", {"contents": {}}))
        self.root = self._current_dir = loaded(name, described["contents"])
        if self._long and "root" in scenario:
            _lengthen(self.root)

    def pwd(self) -> Result:
        names, directory = [], self._current_dir
        while directory.parent is not None:
            names.append(directory.name)
            directory = directory.parent
        names.append(directory.name)
        return {"current_working_directory": "/" + "/".join(reversed(names))}

    def ls(self, a: bool = False) -> Result:
        names = list(self._current_dir.contents)
        return {"current_directory_content": names if a else [name for name in names if not name.startswith(".")]}

    def cd(self, folder: str) -> Result:
        folder = folder.rstrip("/")
        if folder == "..":
            if self._current_dir.parent is None:
                return error("Current directory is already the root. Cannot go back.")
            self._current_dir = self._current_dir.parent
            return {}
        if "/" in folder:
            return error(f"cd: {folder}: Unsupported path. Only one folder level at a time is supported.")
        target = self._directory(folder or "/")
        if target is None:
            return error(f"cd: '{folder}': {_NO_SUCH}")
        self._current_dir = target
        return {"current_working_directory": target.name}

    def mkdir(self, dir_name: str) -> Result | None:
        if _refused(dir_name):
            return error(f"mkdir: cannot create directory '{dir_name}': Invalid character")
        if dir_name in self._current_dir.contents:
            return error(f"mkdir: cannot create directory '{dir_name}': File exists")
        self._current_dir.add_directory(dir_name)
        return None

    def touch(self, file_name: str) -> Result | None:
        if _refused(file_name):
            return error(f"touch: cannot touch '{file_name}': Invalid character")
        if file_name in self._current_dir.contents:
            return error(f"touch: cannot touch '{file_name}': File exists")
        self._current_dir.add_file(file_name)
        return None

    def echo(self, content: str, file_name: str | None = None) -> Result | None:
        if not file_name:
            return {"terminal_output": content}
        if _refused(file_name):
            return error(f"echo: cannot write to '{file_name}': Invalid character")
        if file_name not in self._current_dir.contents:
            return error(f"echo: cannot write to '{file_name}': No such file")
        item = self._current_dir.item(file_name)
        if not isinstance(item, File):
            raise AttributeError("'Directory' object has no attribute '_write'")
        item.content = content
        return None

    def cat(self, file_name: str) -> Result:
        if _refused(file_name):
            return error(f"cat: '{file_name}': Invalid character")
        if file_name not in self._current_dir.contents:
            return error(f"cat: '{file_name}': {_NO_SUCH}")
        item = self._current_dir.item(file_name)
        return (
            {"file_content": item.content} if isinstance(item, File) else error(f"cat: '{file_name}': Is a directory")
        )

    def find(self, path: str = ".", name: str | None = None) -> Result:
        start = self._directory(path)
        if start is None:
            return error(f"find: '{path}': {_NO_SUCH}")
        found = walk(start, path.rstrip("/"))
        return {"matches": [where for where, entry, _ in found if name is None or name in entry]}

    def wc(self, file_name: str, mode: str = "l") -> Result:
        if mode not in ("l", "w", "c"):
            return error(f"wc: invalid mode '{mode}'")
        content = self._content(file_name)
        if content is None:
            return error(f"wc: {file_name}: {_NO_SUCH}")
        if mode == "l":
            return {"count": len(content.splitlines()), "type": "lines"}
        if mode == "w":
            return {"count": len(content.split()), "type": "words"}
        return {"count": len(content), "type": "characters"}

    def sort(self, file_name: str) -> Result:
        content = self._content(file_name)
        if content is None:
            return error(f"sort: {file_name}: {_NO_SUCH}")
        return {"sorted_content": "\n".join(sorted(content.splitlines()))}

    def grep(self, file_name: str, pattern: str) -> Result:
        content = self._content(file_name)
        if content is None:
            return error(f"grep: {file_name}: {_NO_SUCH}")
        return {"matching_lines": [line for line in content.splitlines() if pattern in line]}

    def du(self, human_readable: bool = False) -> Result:
        entries = (entry for _, _, entry in walk(self._current_dir, ""))
        size = float(sum(len(entry.content.encode()) for entry in entries if isinstance(entry, File)))
        if not human_readable:
            return {"disk_usage": f"{size:.0f} bytes"}
        units = ["B", "KB", "MB", "GB", "TB", "PB"]
        while size >= 1024 and len(units) > 1:
            size /= 1024
            del units[0]
        return {"disk_usage": f"{size:.2f} {units[0]}"}

    def tail(self, file_name: str, lines: int = 10) -> Result:
        content = self._content(file_name)
        if content is None:
            return error(f"tail: {file_name}: {_NO_SUCH}")
        return {"last_lines": "\n".join(content.splitlines()[-lines:])}

    def diff(self, file_name1: str, file_name2: str) -> Result:
        first, second = self._content(file_name1), self._content(file_name2)
        if first is None or second is None:
            return error(f"diff: {file_name1} or {file_name2}: {_NO_SUCH}")
        lines = zip(first.splitlines(), second.splitlines(), strict=False)  # the rest of the longer is ignored
        return {"diff_lines": "\n".join(f"- {one}\n+ {other}" for one, other in lines if one != other)}

    def mv(self, source: str, destination: str) -> Result:
        here = self._current_dir
        if source not in here.contents:
            return error(f"mv: cannot move '{source}': {_NO_SUCH}")
        if "/" in destination:
            return error("mv: path not allowed in destination. Provide only a file or directory name.")
        item = here.item(source)
        if destination not in here.contents:
            here.contents.pop(source)
            _place(item, here, destination, copied=False)
            return {"result": f"'{source}' moved to '{destination}'"}
        target = here.item(destination)
        if not isinstance(target, Directory):
            return error(f"mv: cannot move '{source}' to '{destination}': Not a directory")
        if source in target.contents:
            return error(f"mv: cannot move '{source}' to '{destination}/{source}': File exists")
        here.contents.pop(source)
        _place(item, target, source, copied=False)
        return {"result": f"'{source}' moved to '{destination}/{source}'"}

    def cp(self, source: str, destination: str) -> Result:
        here = self._current_dir
        if source not in here.contents:
            return error(f"cp: cannot copy '{source}': {_NO_SUCH}")
        if "/" in destination:
            return error("cp: path not allowed in destination. Provide only a file or directory name.")
        item = here.item(source)
        if destination not in here.contents:
            _place(item, here, destination, copied=True)
            return {"result": f"'{source}' copied to '{destination}'"}
        target = here.item(destination)
        if not isinstance(target, Directory):
            return error(f"cp: cannot copy '{source}' to '{destination}': Not a directory")
        _place(item, target, source, copied=True)
        return {"result": f"'{source}' copied to '{destination}/{source}'"}

    def rm(self, file_name: str) -> Result:
        if file_name not in self._current_dir.contents:
            return error(f"rm: cannot remove '{file_name}': {_NO_SUCH}")
        del self._current_dir.contents[file_name]
        return {"result": f"'{file_name}' removed"}

    def rmdir(self, dir_name: str) -> Result:
        if dir_name not in self._current_dir.contents:
            return error(f"rmdir: cannot remove '{dir_name}': {_NO_SUCH}")
        item = self._current_dir.item(dir_name)
        if not isinstance(item, Directory):
            return error(f"rmdir: cannot remove '{dir_name}': Not a directory")
        if item.contents:
            return error(f"rmdir: cannot remove '{dir_name}': Directory not empty")
        del self._current_dir.contents[dir_name]
        return {"result": f"'{dir_name}' removed"}

    def _content(self, file_name: str) -> str | None:
        """The text of a file here; None for a directory too."""
        item = self._current_dir.item(file_name) if file_name in self._current_dir.contents else None
        return item.content if isinstance(item, File) else None

    def _directory(self, path: str) -> Directory | None:
        """The directory that a path leads to, downwards from here or, with a leading "/", from the root."""
        directory = self.root if path.startswith("/") else self._current_dir
        for name in path.strip("/").split("/") if path != "/" else ():
            entry = directory.item(name)
            if not isinstance(entry, Directory):
                return None
            directory = entry
        return directory


def _refused(name: str) -> bool:
    return not _REFUSED.isdisjoint(name)


def _place(item: Any, target: Directory, name: str, copied: bool) -> None:
    """A new file or directory in `target`; a directory's entries stay the same objects, which know their old parent."""
    if isinstance(item, File):
        target.add_file(name, item.content)
        return
    made = target.add_directory(name)
    made.contents = dict(item.contents) if copied else item.contents


def _lengthen(root: Directory) -> None:
    """Long texts at the end of files, but of those whose ends are asked for, and many files in leaf directories."""
    entries = [root, *(entry for _, _, entry in walk(root, ""))]
    for entry in entries:
        if isinstance(entry, File):
            if entry.name not in long_text("FILES_TAIL_USED"):
                entry.content += long_text("FILE_CONTENT_EXTENSION")
        elif not any(isinstance(part, Directory) for part in entry.contents.values()):
            for name in long_text("POPULATE_FILE_EXTENSION"):
                entry.contents.setdefault(name, File(name))
