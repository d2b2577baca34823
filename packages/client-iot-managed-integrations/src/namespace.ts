/** Namespace of the service's shapes, as the ids of the model spell it. */
export const NAMESPACE = 'com.amazonaws.iotmanagedintegrations';

/** Where the SDK keeps the base exception, which the model does not have. */
export const SYNTHETIC_NAMESPACE = `smithy.ts.sdk.synthetic.${NAMESPACE}`;
