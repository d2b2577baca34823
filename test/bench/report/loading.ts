/** What it takes to load the poll function, beside the bare runtime. */
export interface Loading {
  /** Median. */
  readonly loadingMs: number;
  readonly bundleBytes: number;
}
