import { useId } from 'preact/hooks';
import { useField } from '../ui/use-field.ts';
import type { FilterFormProps } from './filter-form.tsx';

/** Of which task; it counts when it is entered. */
export function TaskField({ filter, mistakes, show }: FilterFormProps) {
  const id = useId();
  const field = useField(filter.task);
  return (
    <div class="audit-task">
      <label class="audit-label" for={id}>
        Task
      </label>
      <input
        ref={field}
        id={id}
        type="search"
        placeholder="Task id"
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        aria-invalid={mistakes.task !== undefined}
        aria-describedby={mistakes.task === undefined ? undefined : `${id}-mistake`}
        onChange={({ currentTarget }) => show({ ...filter, task: currentTarget.value.trim() })}
      />
      {mistakes.task !== undefined && (
        <p id={`${id}-mistake`} class="audit-mistake" role="alert">
          {mistakes.task}
        </p>
      )}
    </div>
  );
}
