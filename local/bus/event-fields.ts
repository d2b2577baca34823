import { isJsonObject } from '../template/json.ts';

/** Index of the element taken in each array on the way to a leaf, by the array's number in the event. */
export type ArrayPosition = ReadonlyMap<number, number>;

export interface EventField {
  /** Names of the objects' members on the way to the leaf, joined by dots. */
  readonly name: string;
  readonly value: unknown;
  readonly position: ArrayPosition;
}

/** Leaf values of an event by name. Array structure is left out of the names, as EventBridge does. */
export type EventFields = ReadonlyMap<string, readonly EventField[]>;

export function fieldsOf(event: unknown): EventFields {
  let arrays = 0;

  function* leaves(value: unknown, name: string, position: ArrayPosition): Generator<EventField> {
    if (Array.isArray(value)) {
      const array = arrays++;
      for (const [index, element] of value.entries()) {
        yield* leaves(element, name, new Map(position).set(array, index));
      }
    } else if (isJsonObject(value)) {
      for (const [key, child] of Object.entries(value)) yield* leaves(child, joinNames(name, key), position);
    } else {
      yield { name, value, position };
    }
  }
  return Map.groupBy(leaves(event, '', new Map()), (field) => field.name);
}

/** The dotted name of a member; the outermost object has the empty name. */
export function joinNames(parent: string, key: string): string {
  return parent === '' ? key : `${parent}.${key}`;
}

/** Both positions as one, or undefined where they lie in different elements of the same array. */
export function joinPositions(one: ArrayPosition, other: ArrayPosition): ArrayPosition | undefined {
  for (const [array, index] of other) {
    if ((one.get(array) ?? index) !== index) return undefined;
  }
  return new Map([...one, ...other]);
}
