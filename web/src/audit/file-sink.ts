import type { Sink } from './export.ts';

interface FilePickerOptions {
  readonly suggestedName: string;
}

declare global {
  interface Window {
    /** Chromium has it: developer.mozilla.org/docs/Web/API/Window/showSaveFilePicker */
    showSaveFilePicker?(options: FilePickerOptions): Promise<FileSystemFileHandle>;
  }
}

/**
 * Where a file goes: onto the disk as it comes, where the browser can do that; else into memory, and from there to the
 * downloads. Undefined if people do not want to choose a file after all.
 */
export async function openSink(fileName: string, mediaType: string): Promise<Sink | undefined> {
  if (window.showSaveFilePicker === undefined) return downloadSink(fileName, mediaType);
  try {
    const handle = await window.showSaveFilePicker({ suggestedName: fileName });
    const stream = await handle.createWritable();
    return {
      write: (part) => stream.write(part),
      close: () => stream.close(),
      abort: () => stream.abort(),
    };
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return undefined;
    throw error;
  }
}

function downloadSink(fileName: string, type: string): Sink {
  // Browsers keep blobs on the disk when there is little memory; strings they cannot.
  let parts: Blob[] = [];
  return {
    write: async (part) => {
      parts.push(new Blob([part]));
    },
    close: async () => download(fileName, new Blob(parts, { type })),
    abort: async () => {
      parts = [];
    },
  };
}

/** So long the browser may take to begin with a download. */
const REVOKE_AFTER_MS = 60_000;

function download(fileName: string, blob: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), REVOKE_AFTER_MS);
}
