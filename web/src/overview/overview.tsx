import './overview.css';

export function Overview() {
  return <h1>Rollouts</h1>;
}
