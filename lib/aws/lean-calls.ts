import type { IoTManagedIntegrationsClient } from '@aws-sdk/client-iot-managed-integrations';
import { getSchemaSerdePlugin } from '@smithy/core/schema';

/** Middleware of the SDK, as far as it is handled here. */
type Middleware = (next: Handler, context: Context) => Handler;
type Handler = (args: Args) => Promise<Answer>;

interface Args {
  readonly input: unknown;
  readonly request: { headers: Headers };
}

interface Answer {
  readonly output: object;
  readonly response: unknown;
}

type Headers = Readonly<Record<string, string>>;

interface Context {
  readonly __smithy_context: {
    readonly selectedHttpAuthScheme: { readonly httpAuthOption: { readonly signingProperties: object } };
    readonly abortSignal?: AbortSignal;
  };
}

interface Place {
  readonly name?: string;
  readonly relation?: 'before';
  readonly toMiddleware?: string;
  readonly middleware?: Middleware;
}

interface Stack {
  add(middleware: Middleware, place: Place): void;
  addRelativeTo(middleware: Middleware, place: Place): void;
}

interface Command {
  readonly input: object;
  readonly middlewareStack: Stack;
  resolveMiddleware(
    stack: Stack,
    config: object,
    options: object,
  ): (args: { input: object }) => Promise<unknown>;
}

interface Options {
  readonly abortSignal?: AbortSignal;
}

type Callback = (error: unknown, output?: unknown) => void;

/** What is the same for all calls of an operation. */
interface Preparation {
  readonly context: Context;
  /** What each call goes through, from the outermost. */
  readonly chain: readonly Middleware[];
}

/** What the short way is made of. A client that has other parts is left as it is. */
const NEEDED = ['serializerMiddleware', 'deserializerMiddleware', 'retryMiddleware', 'httpSigningMiddleware'];

/** Tells the service which invocation asks: not the same for each call. */
const TRACE_HEADER = 'X-Amzn-Trace-Id';

/** What comes to the same for each call: where it goes, who signs, what its headers say of us. And what would be logged, which nobody is told. */
const ONCE: ReadonlySet<string | undefined> = new Set([
  'contentLengthMiddleware',
  'getUserAgentMiddleware',
  'hostHeaderMiddleware',
  'httpAuthSchemeMiddleware',
  'loggerMiddleware',
]);

/**
 * Takes the calls of a client a short way. They go through its own middleware (serialisation, retries, signature, errors, and what
 * others have added), except for what comes to the same for each call of an operation: that is done for the first one only. Good for
 * operations without a body, of a service with one endpoint. Each signature asks for the credentials, as ever. Middleware that is
 * added after the first call of an operation is not seen, as with `cacheMiddleware` of the SDK. What it does not know goes the way of
 * the SDK: calls with a callback, clients of other parts, middleware that answers itself.
 */
export function leanCalls(client: IoTManagedIntegrationsClient): void {
  if (!hasNeeded(client)) return;
  const { config, send: theirs } = client;
  const plain = (...args: readonly unknown[]): unknown => Reflect.apply(theirs, client, args);
  // Each call makes two copies of the configuration that this was given: of plain values, that is several times as fast.
  client.middlewareStack.use(getSchemaSerdePlugin({ ...config }));
  const { signer } = config;
  const signers = new Once<unknown, Awaited<ReturnType<typeof signer>>>();
  config.signer = (scheme) => signers.get(scheme, () => signer(scheme));
  const preparations = new Once<unknown, Preparation | undefined>();
  const send = async (command: Command, options: Options | Callback = {}, callback?: Callback) => {
    if (typeof options === 'function' || callback) return plain(command, options, callback);
    const prepared = await preparations.get(command.constructor, () => prepare(command, client));
    if (prepared === undefined) return plain(command, options);
    const { context, chain } = prepared;
    const own = contextOf(context, options);
    const handle: Handler = async ({ request }) => ({
      ...(await config.requestHandler.handle(request, options)),
      output: {},
    });
    const call = chain.reduceRight((next, middleware) => middleware(next, own), handle);
    return (await call({ input: command.input, request: { headers: {} } })).output;
  };
  Object.assign(client, { send });
}

function hasNeeded({ middlewareStack }: IoTManagedIntegrationsClient): boolean {
  const names = new Set<string | undefined>();
  const note = (_: Middleware, { name }: Place) => names.add(name);
  copy(middlewareStack, { add: note, addRelativeTo: note });
  return NEEDED.every((name) => names.has(name));
}

/**
 * Has the SDK make a request, short of sending it, and notes how.
 *
 * @returns undefined where it makes none, or not as it is expected to
 */
async function prepare(
  command: Command,
  client: IoTManagedIntegrationsClient,
): Promise<Preparation | undefined> {
  const made: { readonly context: Context; readonly headers: Headers }[] = [];
  const passed: Passed[] = [];
  // An entry of a stack has its middleware among its options as well.
  const noting = (middleware: Middleware, place: Place): Parameters<Stack['add']> => {
    const noted: Middleware = (next, context) => {
      // They are put together from the innermost.
      passed.unshift({ name: place.name, middleware });
      return middleware(next, context);
    };
    return [noted, { ...place, middleware: noted }];
  };
  const stack = emptyStackOf(command);
  copy(client.middlewareStack, {
    add: (middleware, place) => stack.add(...noting(middleware, place)),
    addRelativeTo: (middleware, place) => stack.addRelativeTo(...noting(middleware, place)),
  });
  const stop: Middleware = (_next, context) => async (args) => {
    made.push({ context, headers: args.request.headers });
    return { output: {}, response: {} };
  };
  stack.addRelativeTo(stop, { relation: 'before', toMiddleware: 'retryMiddleware' });
  await command.resolveMiddleware(stack, client.config, {})({ input: command.input });
  const [first] = made;
  if (first?.context.__smithy_context.selectedHttpAuthScheme === undefined) return undefined;
  return { context: first.context, chain: chainOf(passed, saying(first.headers)) };
}

interface Passed {
  readonly name: string | undefined;
  readonly middleware: Middleware;
}

/** What is the same for each call is not done again, save for its headers. */
function chainOf(passed: readonly Passed[], headers: Middleware): Middleware[] {
  return passed
    .filter(({ name }) => !ONCE.has(name))
    .flatMap(({ name, middleware }) =>
      name === 'serializerMiddleware' ? [middleware, headers] : [middleware],
    );
}

function saying({ [TRACE_HEADER]: _, ...headers }: Headers): Middleware {
  return (next) => (args) => {
    args.request.headers = { ...headers, ...args.request.headers };
    return next(args);
  };
}

/** A context of one call: its signature and its end are its own. */
function contextOf(context: Context, { abortSignal }: Options): Context {
  const { __smithy_context: smithy } = context;
  const { httpAuthOption, ...scheme } = smithy.selectedHttpAuthScheme;
  const option = { ...httpAuthOption, signingProperties: { ...httpAuthOption.signingProperties } };
  return {
    ...context,
    __smithy_context: {
      ...smithy,
      selectedHttpAuthScheme: { ...scheme, httpAuthOption: option },
      ...(abortSignal && { abortSignal }),
    },
  };
}

/** That of a command is empty until the command is sent. */
function emptyStackOf(command: Command): Stack {
  const another: Command = Reflect.construct(command.constructor, [command.input]);
  return another.middlewareStack;
}

function copy(stack: IoTManagedIntegrationsClient['middlewareStack'], to: Stack): void {
  Reflect.apply(stack.applyToStack, stack, [to]);
}

/** Answers that are asked for once, or until they come. */
class Once<Key, Value> {
  readonly #asked = new Map<Key, Promise<Value>>();

  get(key: Key, ask: () => Promise<Value>): Promise<Value> {
    const before = this.#asked.get(key);
    if (before) return before;
    const asked = ask();
    this.#asked.set(key, asked);
    asked.catch(() => this.#asked.delete(key));
    return asked;
  }
}
