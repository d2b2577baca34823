import { useEffect } from 'preact/hooks';
import type { Health } from '../../../lib/api/generated/api.ts';
import { health } from '../health.ts';
import { useLive } from '../live.ts';

const EVERY_MS = 4_000;

/** Keeps `health` fresh. */
export function useHealth(): void {
  const { data, error, loading, updatedAt } = useLive<Health>('/health', {}, EVERY_MS);
  useEffect(() => {
    health.value = {
      loading,
      ...(data === undefined ? {} : { data }),
      ...(error === undefined ? {} : { error }),
      ...(updatedAt === undefined ? {} : { updatedAt }),
    };
  }, [data, error, loading, updatedAt]);
}
