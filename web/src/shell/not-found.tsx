import { Empty } from '../ui/empty.tsx';

export function NotFound() {
  return (
    <Empty title="There is nothing here">
      <p>
        <a href="/">To the overview</a>
      </p>
    </Empty>
  );
}
