// sign SIGNING_CONFIG PAYLOAD: a bundle on stdout, with the token that comes on stdin.
// verify TRUSTED_ROOT BUNDLE ISSUER NAME: ends well if the bundle holds and was signed by that name.
const { readFileSync } = require("node:fs");
const { bundleFromJSON, bundleToJSON } = require("@sigstore/bundle");
const { SigningConfig, TrustedRoot } = require("@sigstore/protobuf-specs");
const { bundleBuilderFromSigningConfig } = require("@sigstore/sign");
const { toSignedEntity, toTrustMaterial, Verifier } = require("@sigstore/verify");

const json = (file) => JSON.parse(readFileSync(file, "utf8"));

async function sign(config, payload) {
  const token = readFileSync(0, "utf8").trim();
  const builder = bundleBuilderFromSigningConfig({
    signingConfig: SigningConfig.fromJSON(json(config)),
    identityProvider: { getToken: async () => token },
    bundleType: "dsseEnvelope",
  });
  const bundle = await builder.create({ data: readFileSync(payload), type: "application/vnd.in-toto+json" });
  console.log(JSON.stringify(bundleToJSON(bundle)));
}

async function verify(root, bundle, issuer, name) {
  const verifier = new Verifier(toTrustMaterial(TrustedRoot.fromJSON(json(root))));
  verifier.verify(toSignedEntity(bundleFromJSON(json(bundle))), {
    subjectAlternativeName: name,
    extensions: { issuer },
  });
}

const [what, ...rest] = process.argv.slice(2);
({ sign, verify })[what](...rest).catch((error) => {
  console.error(String(error), String(error.cause ?? ""));
  process.exit(1);
});
