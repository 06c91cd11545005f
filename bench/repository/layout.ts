/** The path of a file of a made repository: the files are spread evenly over the directories. */
export function filePath(index: number, directories: number): string {
  return `directory-${index % directories}/file-${index}.txt`;
}
