import type { ThingState } from '../../thing-states.ts';
import { stateColor } from '../states.ts';

/** A color of the style sheet, as it is now. */
export function color(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** How the states that have a pattern in bars and legends are striped, in shares of a tile: from x, y to x, y. */
const STRIPES: Partial<Record<ThingState, readonly (readonly [number, number, number, number])[]>> = {
  timedOut: [
    [-0.5, 0.5, 0.5, -0.5],
    [0, 1, 1, 0],
    [0.5, 1.5, 1.5, 0.5],
  ],
  canceled: [
    [-0.5, 0.5, 0.5, 1.5],
    [0, 0, 1, 1],
    [0.5, -0.5, 1.5, 0.5],
  ],
  rejected: [[0.5, 0, 0.5, 1]],
  removed: [[0, 0.5, 1, 0.5]],
};

const TILE = 6;

/** What the area of a state is filled with. */
export function fillOf(state: ThingState, ctx: CanvasRenderingContext2D): string | CanvasPattern {
  const plain = color(stateColor(state));
  const stripes = STRIPES[state];
  const tile = document.createElement('canvas');
  const size = Math.round(TILE * devicePixelRatio);
  tile.width = size;
  tile.height = size;
  const pen = tile.getContext('2d');
  if (stripes === undefined || pen === null) return plain;
  pen.fillStyle = plain;
  pen.fillRect(0, 0, size, size);
  pen.strokeStyle = color('--pattern');
  pen.lineWidth = devicePixelRatio;
  for (const [fromX, fromY, toX, toY] of stripes) {
    pen.beginPath();
    pen.moveTo(fromX * size, fromY * size);
    pen.lineTo(toX * size, toY * size);
    pen.stroke();
  }
  return ctx.createPattern(tile, 'repeat') ?? plain;
}
