/** A file of a log, held open, so that a rotation in the meantime does not put another one in its place. */
export interface OpenLogFile {
  name: string;
  /** what tells it from another file of its name, as a device and an inode; null: nothing does but its content */
  identity: string | null;
  size: number;
  /** milliseconds since 1970 */
  modified: number;
  /** the bytes that are there from the offset on, at most so many; none at the end */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** the size now */
  sizeNow(): Promise<number>;
  close(): Promise<void>;
}

/** The files of a log, wherever they are: one that is rotated by name, or those of a folder. */
export interface LogFiles {
  /** the file that is written, if it has a name of its own; null: the one that changed last */
  active: string | null;
  /** all files that are there, opened; null: they cannot be listed, or there is none. `unreadable`: some cannot be opened. */
  open(): Promise<{ files: OpenLogFile[]; unreadable: boolean } | null>;
}
