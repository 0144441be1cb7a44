import "reflect-metadata"; // @peculiar/x509 asks for it
import * as x509 from "@peculiar/x509";
import { generateKeyPairSync, webcrypto } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const VALID_YEARS = 10;

/** The node's name, and the address at which the API server finds its kubelet. */
export const NODE_NAME = "127.0.0.1";

// Who gets a certificate. As a client, the common name is the user and the organization the group in Kubernetes; the
// API server serves with its own, and etcd trusts it as a client by it.
const HOLDERS = {
  etcd: { subject: "CN=etcd", server: true },
  apiserver: { subject: "CN=kube-apiserver", server: true },
  "controller-manager": { subject: "CN=system:kube-controller-manager", server: false },
  scheduler: { subject: "CN=system:kube-scheduler", server: false },
  kubelet: { subject: `CN=system:node:${NODE_NAME}, O=system:nodes`, server: true },
  admin: { subject: "CN=sandbox-admin, O=system:masters", server: false },
};

/** The name of a certificate NAME.crt with its key NAME.key. */
export type Holder = keyof typeof HOLDERS;

/**
 * Makes the control plane's certificates, unless the folder has them: ca.crt, one certificate and key a holder, and
 * the key pair service-account.pub and .key with which service account tokens are signed. The CA's key is not kept.
 */
export async function makeCertificates(folder: string): Promise<void> {
  if (existsSync(folder)) return;
  const partial = `${folder}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true, mode: 0o700 });
  const write = (name: string, content: string) => writeFile(join(partial, name), content, { mode: 0o600 });

  x509.cryptoProvider.set(webcrypto as Crypto);
  const validity = { notBefore: yearsFromNow(0), notAfter: yearsFromNow(VALID_YEARS) };
  const caKeys = await generateKeys();
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity,
    name: "CN=Backstage sandbox",
    keys: caKeys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      await x509.SubjectKeyIdentifierExtension.create(caKeys.publicKey),
    ],
  });
  await write("ca.crt", ca.toString("pem"));

  for (const [name, { subject, server }] of Object.entries(HOLDERS)) {
    const keys = await generateKeys();
    const usages = [x509.ExtendedKeyUsage.clientAuth, ...(server ? [x509.ExtendedKeyUsage.serverAuth] : [])];
    const certificate = await x509.X509CertificateGenerator.create({
      ...validity,
      subject,
      issuer: ca.subject,
      signingKey: caKeys.privateKey,
      publicKey: keys.publicKey,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension(usages),
        await x509.AuthorityKeyIdentifierExtension.create(caKeys.publicKey),
        ...(server ? [new x509.SubjectAlternativeNameExtension([{ type: "ip", value: "127.0.0.1" }])] : []),
      ],
    });
    await write(`${name}.crt`, certificate.toString("pem"));
    const key = x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey), "PRIVATE KEY");
    await write(`${name}.key`, key);
  }

  const serviceAccount = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  await write("service-account.pub", serviceAccount.publicKey);
  await write("service-account.key", serviceAccount.privateKey);
  await rename(partial, folder);
}

const generateKeys = () => webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);

function yearsFromNow(years: number): Date {
  const date = new Date();
  date.setFullYear(date.getFullYear() + years);
  return date;
}
