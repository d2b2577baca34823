const arnOf = (id) => ({ 'Fn::GetAtt': [id, 'Arn'] });

/** The files of the app, for CloudFront only. */
export const bucketOf = () => ({
  DashboardBucket: {
    Type: 'AWS::S3::Bucket',
    // A bucket with files in it cannot be removed, and would hold up the removal of everything else.
    DeletionPolicy: 'Retain',
    UpdateReplacePolicy: 'Retain',
    Properties: {
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
  },
  DashboardBucketPolicy: {
    Type: 'AWS::S3::BucketPolicy',
    Properties: {
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
            Condition: { StringEquals: { 'aws:SourceArn': DISTRIBUTION } },
          },
        ],
      },
    },
  },
});

const FILES = { 'Fn::Join': ['', [arnOf('DashboardBucket'), '/*']] };
const DISTRIBUTION = {
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
};
