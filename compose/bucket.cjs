// Makes the bucket in the stand-in for S3, where it is not there yet. Environment: Flowise's own.
'use strict';
const { createRequire } = require('module');

const { env } = process;
const flowise = createRequire(`${env.FLOWISE_PACKAGE || '/usr/local/lib/node_modules/flowise'}/package.json`);
const { CreateBucketCommand, HeadBucketCommand, S3Client } = flowise('@aws-sdk/client-s3');

const client = new S3Client({
  region: env.S3_STORAGE_REGION,
  endpoint: env.S3_ENDPOINT_URL,
  forcePathStyle: true,
  credentials: { accessKeyId: env.S3_STORAGE_ACCESS_KEY_ID, secretAccessKey: env.S3_STORAGE_SECRET_ACCESS_KEY },
});
const named = { Bucket: env.S3_STORAGE_BUCKET_NAME };

client
  .send(new HeadBucketCommand(named))
  .catch(() => client.send(new CreateBucketCommand(named)))
  .catch((error) => {
    console.error(`bucket ${named.Bucket}: ${error.message || error.name}`);
    process.exitCode = 1;
  });
