import { type ExceptionOptionType, ServiceException } from '@smithy/core/client';
import { NAMESPACE, SYNTHETIC_NAMESPACE } from './namespace.ts';

/** Base class of every error that the service answers with, also of those that the model does not know. */
export class IoTManagedIntegrationsServiceException extends ServiceException {
  static override readonly shapeId: string = `${SYNTHETIC_NAMESPACE}#IoTManagedIntegrationsServiceException`;
}

type Options<E extends IoTManagedIntegrationsServiceException> = ExceptionOptionType<
  E,
  IoTManagedIntegrationsServiceException
>;

/** 403: the caller may not do this. */
export class AccessDeniedException extends IoTManagedIntegrationsServiceException {
  static override readonly shapeId: string = `${NAMESPACE}#AccessDeniedException`;
  override readonly name = 'AccessDeniedException';
  override readonly $fault = 'client';
  Message?: string | undefined;

  constructor(opts: Options<AccessDeniedException>) {
    super({ name: 'AccessDeniedException', $fault: 'client', ...opts });
    this.Message = opts.Message;
  }
}

/** 500: the service failed, or is unavailable. */
export class InternalServerException extends IoTManagedIntegrationsServiceException {
  static override readonly shapeId: string = `${NAMESPACE}#InternalServerException`;
  override readonly name = 'InternalServerException';
  override readonly $fault = 'server';
  Message?: string | undefined;

  constructor(opts: Options<InternalServerException>) {
    super({ name: 'InternalServerException', $fault: 'server', ...opts });
    this.Message = opts.Message;
  }
}

/** 404: the named resource does not exist. */
export class ResourceNotFoundException extends IoTManagedIntegrationsServiceException {
  static override readonly shapeId: string = `${NAMESPACE}#ResourceNotFoundException`;
  override readonly name = 'ResourceNotFoundException';
  override readonly $fault = 'client';
  Message?: string | undefined;
  ResourceId?: string | undefined;
  ResourceType?: string | undefined;

  constructor(opts: Options<ResourceNotFoundException>) {
    super({ name: 'ResourceNotFoundException', $fault: 'client', ...opts });
    this.Message = opts.Message;
    this.ResourceId = opts.ResourceId;
    this.ResourceType = opts.ResourceType;
  }
}

/** 429: the rate exceeds the limit. */
export class ThrottlingException extends IoTManagedIntegrationsServiceException {
  static override readonly shapeId: string = `${NAMESPACE}#ThrottlingException`;
  override readonly name = 'ThrottlingException';
  override readonly $fault = 'client';
  Message?: string | undefined;

  constructor(opts: Options<ThrottlingException>) {
    super({ name: 'ThrottlingException', $fault: 'client', ...opts });
    this.Message = opts.Message;
  }
}

/** 400: the input breaks a rule of the model. */
export class ValidationException extends IoTManagedIntegrationsServiceException {
  static override readonly shapeId: string = `${NAMESPACE}#ValidationException`;
  override readonly name = 'ValidationException';
  override readonly $fault = 'client';
  Message?: string | undefined;

  constructor(opts: Options<ValidationException>) {
    super({ name: 'ValidationException', $fault: 'client', ...opts });
    this.Message = opts.Message;
  }
}
