import { expect } from 'vitest';
import { arnOf } from './expected.ts';

const NAME = { 'Fn::Join': ['-', ['ota-watch-dev-dashboard', { Ref: 'AWS::Region' }]] };
const FILES = { 'Fn::Join': ['', [arnOf('DashboardBucket'), '/*']] };
const FUNCTION = [
  {
    EventType: 'viewer-request',
    FunctionARN: { 'Fn::GetAtt': ['DashboardViewerRequest', 'FunctionARN'] },
  },
];

export const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; " +
  "connect-src 'self' https://id.example https://sign-in.example; img-src 'self'; base-uri 'none'; form-action 'none'; " +
  "frame-ancestors 'none'; require-trusted-types-for 'script'";

/** Properties of the dashboard's resources but for its grants, by logical id. */
export const dashboard = {
  DashboardBucket: {
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
    },
    OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    },
  },
  DashboardDistribution: {
    DistributionConfig: {
      Comment: expect.any(String),
      Enabled: true,
      CustomErrorResponses: [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504].map((ErrorCode) => ({
        ErrorCode,
        ErrorCachingMinTTL: 0,
      })),
      HttpVersion: 'http2and3',
      IPV6Enabled: true,
      PriceClass: 'PriceClass_100',
      DefaultRootObject: 'index.html',
      Origins: [
        {
          Id: 'app',
          DomainName: { 'Fn::GetAtt': ['DashboardBucket', 'RegionalDomainName'] },
          OriginAccessControlId: { 'Fn::GetAtt': ['DashboardAccess', 'Id'] },
          S3OriginConfig: { OriginAccessIdentity: '' },
        },
        {
          Id: 'api',
          DomainName: {
            'Fn::Join': [
              '',
              [{ Ref: 'HttpApi' }, '.execute-api.', { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }],
            ],
          },
          CustomOriginConfig: { OriginProtocolPolicy: 'https-only', OriginSSLProtocols: ['TLSv1.2'] },
        },
      ],
      DefaultCacheBehavior: {
        TargetOriginId: 'app',
        AllowedMethods: ['GET', 'HEAD'],
        FunctionAssociations: FUNCTION,
        ViewerProtocolPolicy: 'redirect-to-https',
        Compress: true,
        CachePolicyId: '658327ea-f89d-4fab-a63d-7e88639e58f6',
        ResponseHeadersPolicyId: { Ref: 'DashboardHeaders' },
      },
      CacheBehaviors: [
        {
          PathPattern: '/api/*',
          TargetOriginId: 'api',
          AllowedMethods: ['GET', 'HEAD'],
          FunctionAssociations: FUNCTION,
          ViewerProtocolPolicy: 'https-only',
          CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
          OriginRequestPolicyId: 'b689b0a8-53d0-40ab-baf2-68738e2966ac',
        },
      ],
      ViewerCertificate: { CloudFrontDefaultCertificate: true },
    },
  },
  DashboardAccess: {
    OriginAccessControlConfig: {
      Name: NAME,
      OriginAccessControlOriginType: 's3',
      SigningBehavior: 'always',
      SigningProtocol: 'sigv4',
    },
  },
  DashboardViewerRequest: {
    Name: NAME,
    AutoPublish: true,
    FunctionConfig: { Comment: expect.any(String), Runtime: 'cloudfront-js-2.0' },
    FunctionCode: expect.any(String),
  },
  DashboardHeaders: {
    ResponseHeadersPolicyConfig: {
      Name: NAME,
      SecurityHeadersConfig: {
        ContentSecurityPolicy: { ContentSecurityPolicy: CONTENT_SECURITY_POLICY, Override: true },
        ContentTypeOptions: { Override: true },
        FrameOptions: { FrameOption: 'DENY', Override: true },
        ReferrerPolicy: { ReferrerPolicy: 'no-referrer', Override: true },
        StrictTransportSecurity: {
          AccessControlMaxAgeSec: 63_072_000,
          IncludeSubdomains: false,
          Override: true,
        },
      },
      CustomHeadersConfig: {
        Items: [
          { Header: 'cross-origin-opener-policy', Value: 'same-origin', Override: true },
          { Header: 'cross-origin-resource-policy', Value: 'same-origin', Override: true },
          {
            Header: 'permissions-policy',
            Value: 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
            Override: true,
          },
        ],
      },
    },
  },
};

export const dashboardGrants = {
  DashboardBucketPolicy: {
    Bucket: { Ref: 'DashboardBucket' },
    PolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'OnlyByTls',
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:*',
          Resource: [arnOf('DashboardBucket'), FILES],
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
        {
          Sid: 'ReadByTheDistribution',
          Effect: 'Allow',
          Principal: { Service: 'cloudfront.amazonaws.com' },
          Action: 's3:GetObject',
          Resource: FILES,
          Condition: {
            StringEquals: {
              'aws:SourceArn': {
                'Fn::Join': [
                  '',
                  [
                    'arn:',
                    { Ref: 'AWS::Partition' },
                    ':cloudfront::',
                    { Ref: 'AWS::AccountId' },
                    ':distribution/',
                    { Ref: 'DashboardDistribution' },
                  ],
                ],
              },
            },
          },
        },
      ],
    },
  },
};
