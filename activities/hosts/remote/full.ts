/**
 * What to do where a command's answer says that a file system is full or a quota used up; else nothing. A sentence that
 * follows the error.
 * @param where a directory, or a host
 */
export function ifFull(answer: string, where: string): string {
  if (/No space left on device/.test(answer)) {
    return `. The file system of ${where} is full: make room (df -h; btrfs filesystem usage shows metadata, which can be full alone), then retry`;
  }
  if (/quota exceeded/i.test(answer)) {
    return `. A quota of ${where} is used up: raise it (btrfs qgroup show -re), or make room, then retry`;
  }
  return '';
}
