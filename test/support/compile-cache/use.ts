// Commands that are started many times are compiled once. Vitest forbids it where coverage is counted: theirs is not.
process.env.NODE_COMPILE_CACHE = process.env.TEST_COMPILE_CACHE;
delete process.env.NODE_DISABLE_COMPILE_CACHE;
