import { readFileSync } from 'node:fs';
import { dashboardHeaders, TWO_YEARS } from './headers.js';

/** Managed policies have the same ids everywhere (Amazon CloudFront developer guide). */
const CACHING_OPTIMIZED = '658327ea-f89d-4fab-a63d-7e88639e58f6';
const CACHING_DISABLED = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';
const ALL_VIEWER_EXCEPT_HOST_HEADER = 'b689b0a8-53d0-40ab-baf2-68738e2966ac';

/**
 * CloudFront keeps these for ten seconds unless it is told not to, whatever the policy and whoever asks: an error that one caller gets
 * would be the answer to all others, with another question or without a token (developer guide, "HTTP error codes that CloudFront caches").
 */
const CACHED_ERRORS = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504];

/** Of an account, whatever the region. */
const NAME = { 'Fn::Join': ['-', [`\${self:custom.name}-dashboard`, { Ref: 'AWS::Region' }]] };

/** What people's browsers talk to: the app, and below /api the API. */
export const distributionOf = (settings) => ({
  DashboardDistribution: {
    Type: 'AWS::CloudFront::Distribution',
    Properties: {
      DistributionConfig: {
        Comment: `The dashboard of \${self:custom.name}`,
        Enabled: true,
        HttpVersion: 'http2and3',
        IPV6Enabled: true,
        PriceClass: 'PriceClass_100',
        DefaultRootObject: 'index.html',
        Origins: [APP, API],
        DefaultCacheBehavior: {
          ...behaviorOf(APP),
          ViewerProtocolPolicy: 'redirect-to-https',
          Compress: true,
          CachePolicyId: CACHING_OPTIMIZED,
          ResponseHeadersPolicyId: { Ref: 'DashboardHeaders' },
        },
        CacheBehaviors: [
          {
            PathPattern: '/api/*',
            ...behaviorOf(API),
            // No redirect: a token must not have gone out in clear before it.
            ViewerProtocolPolicy: 'https-only',
            CachePolicyId: CACHING_DISABLED,
            OriginRequestPolicyId: ALL_VIEWER_EXCEPT_HOST_HEADER,
          },
        ],
        CustomErrorResponses: CACHED_ERRORS.map((ErrorCode) => ({ ErrorCode, ErrorCachingMinTTL: 0 })),
        ...addressOf(settings),
      },
    },
  },
  DashboardAccess: {
    Type: 'AWS::CloudFront::OriginAccessControl',
    Properties: {
      OriginAccessControlConfig: {
        Name: NAME,
        OriginAccessControlOriginType: 's3',
        SigningBehavior: 'always',
        SigningProtocol: 'sigv4',
      },
    },
  },
  DashboardViewerRequest: {
    Type: 'AWS::CloudFront::Function',
    Properties: {
      Name: NAME,
      AutoPublish: true,
      FunctionConfig: { Comment: 'Which file, or which route of the API', Runtime: 'cloudfront-js-2.0' },
      FunctionCode: readFileSync(new URL('viewer-request.js', import.meta.url), 'utf8'),
    },
  },
  DashboardHeaders: {
    Type: 'AWS::CloudFront::ResponseHeadersPolicy',
    Properties: { ResponseHeadersPolicyConfig: { Name: NAME, ...headersOf(settings) } },
  },
});

const APP = {
  Id: 'app',
  DomainName: { 'Fn::GetAtt': ['DashboardBucket', 'RegionalDomainName'] },
  OriginAccessControlId: { 'Fn::GetAtt': ['DashboardAccess', 'Id'] },
  S3OriginConfig: { OriginAccessIdentity: '' },
};
const API = {
  Id: 'api',
  DomainName: {
    'Fn::Join': [
      '',
      [{ Ref: 'HttpApi' }, '.execute-api.', { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }],
    ],
  },
  CustomOriginConfig: { OriginProtocolPolicy: 'https-only', OriginSSLProtocols: ['TLSv1.2'] },
};

function behaviorOf({ Id }) {
  return {
    TargetOriginId: Id,
    AllowedMethods: ['GET', 'HEAD'],
    FunctionAssociations: [
      {
        EventType: 'viewer-request',
        FunctionARN: { 'Fn::GetAtt': ['DashboardViewerRequest', 'FunctionARN'] },
      },
    ],
  };
}

/** Without a name of its own it has CloudFront's certificate, whose oldest version of TLS nobody can choose. */
function addressOf({ domain, certificateArn }) {
  if (domain === undefined) return { ViewerCertificate: { CloudFrontDefaultCertificate: true } };
  return {
    Aliases: [domain],
    ViewerCertificate: {
      AcmCertificateArn: certificateArn,
      SslSupportMethod: 'sni-only',
      MinimumProtocolVersion: 'TLSv1.2_2021',
    },
  };
}

/** CloudFront has fields for some headers, and takes the others as they are. */
function headersOf({ signInOrigins }) {
  const {
    'content-security-policy': ContentSecurityPolicy,
    'referrer-policy': ReferrerPolicy,
    'x-frame-options': FrameOption,
    'x-content-type-options': _,
    'strict-transport-security': __,
    ...others
  } = dashboardHeaders(signInOrigins);
  const Override = true;
  return {
    SecurityHeadersConfig: {
      ContentSecurityPolicy: { ContentSecurityPolicy, Override },
      ContentTypeOptions: { Override },
      FrameOptions: { FrameOption, Override },
      ReferrerPolicy: { ReferrerPolicy, Override },
      StrictTransportSecurity: { AccessControlMaxAgeSec: TWO_YEARS, IncludeSubdomains: false, Override },
    },
    CustomHeadersConfig: {
      Items: Object.entries(others).map(([Header, Value]) => ({ Header, Value, Override })),
    },
  };
}
