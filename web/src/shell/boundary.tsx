import { Component, type ComponentChildren } from 'preact';
import { Problem } from '../ui/problem.tsx';

interface BoundaryState {
  error: Error | undefined;
}

interface BoundaryProps {
  /** Of what is shown: another path is another try. */
  path: string;
  children: ComponentChildren;
}

/** In the place of a view that fails, says so. The rest of the page stays. */
export class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { error: undefined };

  override componentDidCatch(error: unknown): void {
    this.setState({ error: error instanceof Error ? error : new Error(String(error)) });
  }

  override componentDidUpdate({ path }: BoundaryProps): void {
    if (path !== this.props.path && this.state.error !== undefined) this.retry();
  }

  private readonly retry = (): void => this.setState({ error: undefined });

  override render() {
    const { error } = this.state;
    return error === undefined ? this.props.children : <Problem error={error} retry={this.retry} />;
  }
}
