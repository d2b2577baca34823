import type { Template } from './package.ts';

type Resources = Template['Resources'];
type Properties = Readonly<Record<string, unknown>>;

/** What leads from the network to a function, or could. */
const ENTRANCE =
  /^AWS::(ApiGateway|ApiGatewayV2|ElasticLoadBalancingV2|AppSync|VpcLattice)::|^AWS::Lambda::Url$/;

/** When an entrance asks who comes in, or is none; what is not here never does. */
const GUARDED: Readonly<Record<string, (properties: Properties, resources: Resources) => boolean>> = {
  'AWS::ApiGatewayV2::Route': isGuardedRoute,
  // With a target of its own, an API has a route for everything.
  'AWS::ApiGatewayV2::Api': (properties) => !('Target' in properties),
  'AWS::ApiGatewayV2::Authorizer': () => true,
  'AWS::ApiGatewayV2::Integration': () => true,
  'AWS::ApiGatewayV2::Stage': () => true,
};

/** The logical ids of the entrances of a template that let in anybody. */
export function openEntrances({ Resources }: Template): string[] {
  return Object.entries(Resources)
    .filter(([, { Type }]) => ENTRANCE.test(Type))
    .filter(([, { Type, Properties }]) => !GUARDED[Type]?.(Properties, Resources))
    .map(([id]) => id);
}

function isGuardedRoute({ AuthorizationType, AuthorizerId }: Properties, resources: Resources): boolean {
  if (AuthorizationType === 'AWS_IAM') return true;
  if (AuthorizationType !== 'JWT' || typeof AuthorizerId !== 'object' || AuthorizerId === null) return false;
  const authorizer = resources[String(Reflect.get(AuthorizerId, 'Ref'))];
  return (
    authorizer?.Type === 'AWS::ApiGatewayV2::Authorizer' && authorizer.Properties.AuthorizerType === 'JWT'
  );
}
