import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE_LENGTH = 8;
const BYTES_PER_PIXEL = 3;

/**
 * Packs a picture of Chromium (PNG, 8 bit RGB, not interlaced) anew, without loss: screens of text become a fifth smaller
 * without the filters that are made for photographs.
 */
export function compactPng(png: Buffer): Buffer {
  const chunks = chunksOf(png);
  const header = chunks.find(({ type }) => type === 'IHDR')?.data;
  if (header === undefined || header[8] !== 8 || header[9] !== 2 || header[12] !== 0)
    throw new Error('Not a picture of 8 bit RGB');
  const packed = Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data));
  const pixels = withoutFilters(inflateSync(packed), header.readUInt32BE(0) * BYTES_PER_PIXEL);
  return Buffer.concat([
    png.subarray(0, SIGNATURE_LENGTH),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(pixels, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunksOf(png: Buffer): { readonly type: string; readonly data: Buffer }[] {
  const chunks = [];
  for (let at = SIGNATURE_LENGTH; at < png.length; ) {
    const length = png.readUInt32BE(at);
    chunks.push({
      type: png.toString('latin1', at + 4, at + 8),
      data: png.subarray(at + 8, at + 8 + length),
    });
    at += length + 12;
  }
  return chunks;
}

function chunk(type: string, data: Buffer): Buffer {
  const content = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  checksum.writeUInt32BE(crc32(content));
  return Buffer.concat([length, content, checksum]);
}

/** What a filter foretells of a byte from those to the left, above, and above to the left. */
const PREDICTIONS: readonly ((left: number, above: number, corner: number) => number)[] = [
  () => 0,
  (left) => left,
  (_, above) => above,
  (left, above) => (left + above) >> 1,
  paeth,
];

function paeth(left: number, above: number, corner: number): number {
  const byLeft = Math.abs(above - corner);
  const byAbove = Math.abs(left - corner);
  const byCorner = Math.abs(left + above - 2 * corner);
  if (byLeft <= byAbove && byLeft <= byCorner) return left;
  return byAbove <= byCorner ? above : corner;
}

/** Undoes the filter of each line: a line is the number of its filter, and its bytes. */
function withoutFilters(filtered: Buffer, lineLength: number): Buffer {
  const size = lineLength + 1;
  // What is above the first line is nothing.
  const plain = Buffer.alloc(size + filtered.length);
  for (let line = 0; line < filtered.length; line += size) {
    const predict = PREDICTIONS[filtered.readUInt8(line)] ?? paeth;
    for (let x = 1; x < size; x++) {
      const above = line + x;
      const at = above + size;
      const [left, corner] =
        x > BYTES_PER_PIXEL
          ? [plain.readUInt8(at - BYTES_PER_PIXEL), plain.readUInt8(above - BYTES_PER_PIXEL)]
          : [0, 0];
      plain[at] = filtered.readUInt8(above) + predict(left, plain.readUInt8(above), corner);
    }
  }
  return plain.subarray(size);
}
