using System.Collections.Frozen;
using Mimir.Spdz.Programs;

namespace Mimir.Cli.Configuration;

/// <summary>All keys that exist.</summary>
public static class ConfigSchema
{
    /// <summary>In the order of docs/configuration.md.</summary>
    public static IReadOnlyList<ConfigKey> Keys { get; } =
    [
        new("security", ConfigKind.Choice, "active", "active: MACs and checks; passive: parties are trusted to follow the protocol") { Choices = ["active", "passive"] },
        new("topk", ConfigKind.Integer, null, "1: always the likeliest token; 2 to 64: sample among so many likeliest tokens; 0 or unset: among the whole vocabulary; --greedy, --temperature and --top-k win") { Minimum = 0, Maximum = SessionPlan.MostTopK },
        new("privacy.early_stop", ConfigKind.Boolean, "false", "client: a session may stop where its text ends, which shows everybody where that is; false: it goes on to the next multiple of padding.bucket"),
        new("privacy.epsilon_per_token", ConfigKind.Number, null, "client: differential privacy of each token, unless --epsilon asks for less; node: most that a session may have; unset: none is demanded; see docs/privacy.md") { Minimum = 0.001, Maximum = SessionPlan.MostEpsilon },
        new("privacy.epsilon_session", ConfigKind.Number, null, "client and node: most epsilon of all outputs of a session together") { Minimum = 0.001, Maximum = 1e9 },
        new("privacy.epsilon_owner", ConfigKind.Number, null, "coordinator: most epsilon of all sessions of a data owner together, those without differential privacy being refused; needs privacy.ledger") { Minimum = 0.001, Maximum = 1e9 },
        new("privacy.ledger", ConfigKind.Path, null, "coordinator: the file that remembers what every data owner has spent"),
        new("fixed_point.scale_bits", ConfigKind.Integer, "16", "fraction bits f of every number") { Minimum = 12, Maximum = 20 },
        new("cheby.deg", ConfigKind.Integer, "2", "degree of each spline segment") { Minimum = 1, Maximum = 5 },
        new("scheduler.max_context", ConfigKind.Integer, null, "longest secret-shared context; unset: the model's own") { Minimum = 1, Maximum = 1 << 24 },
        new("scheduler.prefill_chunk", ConfigKind.Integer, "16", "most positions of a prompt that run together, sharing rounds and passes over the weights; memory bounds it too") { Minimum = 1, Maximum = 64 },
        new("scheduler.max_lanes", ConfigKind.Integer, "8", "coordinator: most sessions that run on one model at once; others wait in line") { Minimum = 1, Maximum = 16 },
        new("scheduler.prefix_cache", ConfigKind.Integer, "256", "node and Triple Service: megabytes, a model, for beginnings of prompts that their owners have asked to keep; 0 keeps none") { Minimum = 0, Maximum = 1 << 20 },
        new("compute.threads", ConfigKind.Integer, "0", "node and Triple Service: threads among which large kernels are divided; 0: as many as the machine has processors") { Minimum = 0, Maximum = 1024 },
        new("padding.bucket", ConfigKind.Integer, "16", "prompt lengths are rounded up to a multiple of this; 1 makes them public") { Minimum = 1, Maximum = 1 << 16 },
        new("triple_pool.min_size", ConfigKind.Integer, "4", "steps whose tables are dealt, audited and kept ready together; algebra comes for about 16 at once") { Minimum = 1, Maximum = 64 },
        new("triple_pool.audit_rate", ConfigKind.Number, "0.01", "share of dealt steps that are opened, recomputed and thrown away") { Minimum = 0, Maximum = 0.5 },
        new("tls.enabled", ConfigKind.Boolean, "true", "mutual TLS 1.3 on every link; false is not supported"),
        new("tls.identity", ConfigKind.Path, null, "directory with this process's certificate and keys"),
        new("tls.authority", ConfigKind.Path, null, "the certificate of the group's authority, ca.pem: whom to trust"),
        new("attestation.policy", ConfigKind.Path, null, "the attestation policy: what evidence parties and Triple Service must show; unset: certificates alone are enough"),
        new("attestation.producer", ConfigKind.Choice, "none", "what makes this machine's own evidence; auto: what it has, confidential machines first") { Choices = ["none", "auto", "configfs-tsm", "nitro", "tpm", "azure-vtpm", "simulated"] },
        new("attestation.tpm", ConfigKind.Path, "/dev/tpmrm0", "where the TPM is: a device, unix:PATH or tcp:HOST:PORT"),
        new("attestation.tpm_key", ConfigKind.Integer, null, "a persistent attestation key of the TPM by its handle, such as 0x81000003; unset: one made from the chip's endorsement seed") { Minimum = 0x81000000, Maximum = 0x81FFFFFF },
        new("attestation.endorsements", ConfigKind.Path, null, "directory of what goes with the evidence: certificates, revocation lists (.crl), collateral (.json)"),
        new("attestation.lab_key", ConfigKind.Path, null, "a laboratory's key for simulated evidence, PEM"),
        new("attestation.authority", ConfigKind.Path, null, "coordinator: directory of the authority that issues certificates for accepted evidence"),
        new("attestation.certificate_minutes", ConfigKind.Integer, "180", "coordinator: how long such a certificate is good; nodes renew at half of it") { Minimum = 2, Maximum = 1440 },
        new("attestation.revocations", ConfigKind.Path, null, "where the revocation list in force is kept across restarts"),
        new("models.endpoint", ConfigKind.Url, null, "where 'mimir pull' fetches models; unset: the environment's HF_ENDPOINT, else https://huggingface.co"),
        new("listen", ConfigKind.Endpoint, "127.0.0.1:0", "where this process accepts connections; port 0 lets the system choose"),
        new("advertise", ConfigKind.Name, null, "host name or address under which others reach this process; unset: the one it listens on"),
        new("coordinator", ConfigKind.Endpoint, null, "where the coordinator is"),
        new("overlay.listen", ConfigKind.Endpoint, null, "coordinator: a further address, outside the overlay, at which its members exchange their descriptors and nothing else; unset: at listen"),
        new("audit.file", ConfigKind.Path, null, "coordinator: log of admissions, sessions and what they reveal; key holder: of releases and refusals, and needed there; see docs/audit.md; unset: none is kept"),
        new("keys.release", ConfigKind.Choice, null, "where data keys come from, by name; see docs/keys.md; unset: key files are named on the command line") { Choices = ["local", "aws-kms", "oci-vault", "pkcs11", "threshold"] },
        new("keys.folder", ConfigKind.Path, null, "local: directory of NAME.key; aws-kms, oci-vault, pkcs11: directory of NAME.wrapped, each an encrypted key in base64"),
        new("keys.aws_region", ConfigKind.Name, null, "aws-kms: the region of the key"),
        new("keys.aws_endpoint", ConfigKind.Url, null, "aws-kms: where KMS is reached, such as a vsock proxy; unset: the region's own endpoint"),
        new("keys.oci_endpoint", ConfigKind.Url, null, "oci-vault: the vault's cryptographic endpoint"),
        new("keys.oci_key", ConfigKind.Text, null, "oci-vault: OCID of the vault's master key"),
        new("keys.oci_signer", ConfigKind.Text, null, "oci-vault: tenancy OCID/user OCID/fingerprint of the API signing key"),
        new("keys.oci_signing_key", ConfigKind.Path, null, "oci-vault: the API signing key, PEM"),
        new("keys.token_library", ConfigKind.Path, null, "pkcs11: the module's shared library"),
        new("keys.token", ConfigKind.Text, null, "pkcs11: the token's label; its PIN comes from MIMIR_TOKEN_PIN"),
        new("keys.token_key", ConfigKind.Text, null, "pkcs11: label of the RSA key"),
        new("keys.token_hash", ConfigKind.Choice, null, "pkcs11: the hash of OAEP; unset: sha256") { Choices = ["sha256", "sha1"] },
        new("keys.deal", ConfigKind.Path, null, "threshold: the deal.pem of 'mimir key split'"),
        new("keys.holders", ConfigKind.Peers, null, "threshold: every holder's name and address"),
        new("sealing.counter", ConfigKind.Choice, "none", "what notices an old sealed file put back: tpm, a counter in the TPM of attestation.tpm; file, sealing.marks; none, nothing") { Choices = ["tpm", "file", "none"] },
        new("sealing.marks", ConfigKind.Path, null, "file: where the newest version of each sealed file is remembered"),
        new("gateway.listen", ConfigKind.Endpoint, "127.0.0.1:8080", "gateway: where it serves the OpenAI API and the page; anything but loopback needs gateway.tls_certificate and gateway.keys"),
        new("gateway.models", ConfigKind.Text, null, "gateway: directories of the models to offer (config.json and tokenizer), with commas between them; unset: the shipped model"),
        new("gateway.keys", ConfigKind.Path, null, "gateway: the file of API keys that 'mimir gateway key' keeps; unset: none are asked for"),
        new("gateway.tls_certificate", ConfigKind.Path, null, "gateway: certificate for HTTPS with its chain, PEM; unset: plain HTTP on loopback"),
        new("gateway.tls_key", ConfigKind.Path, null, "gateway: the certificate's private key, PEM"),
        new("gateway.hosts", ConfigKind.Text, null, "gateway: further names under which it is reached, with commas between them"),
        new("gateway.cors_origins", ConfigKind.Text, null, "gateway: origins of other web pages that may call it, with commas between them; unset: none"),
        new("gateway.logits_to_owner", ConfigKind.Boolean, "false", "gateway: with public weights the logits come here, and every way of sampling with them; false: tokens are chosen inside the computation"),
        new("gateway.default_max_tokens", ConfigKind.Integer, "128", "gateway: tokens of an answer when the request names no limit") { Minimum = 1, Maximum = 1 << 20 },
        new("gateway.max_requests", ConfigKind.Integer, "8", "gateway: sessions that run at once; one more is answered with 429") { Minimum = 1, Maximum = 64 },
        new("gateway.max_body_kib", ConfigKind.Integer, "1024", "gateway: longest request, in KiB") { Minimum = 1, Maximum = 65536 },
        new("gateway.keep_alive_seconds", ConfigKind.Integer, "5", "gateway: silence on a stream after which a comment is sent") { Minimum = 1, Maximum = 60 },
        new("gateway.idle_seconds", ConfigKind.Integer, "120", "gateway: how long a connection without a request is kept") { Minimum = 1, Maximum = 86400 },
        new("gateway.slow_seconds", ConfigKind.Integer, "10", "gateway: how long a client may send or read slower than 240 bytes a second") { Minimum = 2, Maximum = 3600 },
        new("limits.connections", ConfigKind.Integer, "256", "most open connections of each port of this process") { Minimum = 8, Maximum = 65536 },
        new("limits.connections_per_address", ConfigKind.Integer, "128", "most of them from one IPv4 address or one IPv6 network of 64 bits") { Minimum = 1, Maximum = 65536 },
        new("limits.failed_handshakes_per_minute", ConfigKind.Integer, "60", "failed handshakes after which an address is closed unanswered for a while") { Minimum = 1, Maximum = 1_000_000 },
        new("limits.handshake_seconds", ConfigKind.Integer, "10", "longest handshake, TLS and greeting together") { Minimum = 1, Maximum = 600 },
        new("limits.idle_seconds", ConfigKind.Integer, "120", "how long a connection without calls, or one that nobody awaits, is kept") { Minimum = 1, Maximum = 86400 },
        new("limits.slow_seconds", ConfigKind.Integer, "30", "how long a gRPC peer may send or read slower than 240 bytes a second") { Minimum = 2, Maximum = 3600 },
        new("limits.calls_per_second", ConfigKind.Integer, "100", "calls that one gRPC connection may begin; ten seconds' worth may come at once") { Minimum = 1, Maximum = 1_000_000 },
        new("limits.registrations_per_minute", ConfigKind.Integer, "12", "coordinator: calls of one member for challenges, certificates and revocation lists; a registration is two") { Minimum = 2, Maximum = 1_000_000 },
        new("limits.registrations_per_address", ConfigKind.Integer, "240", "the same calls of all members behind one address") { Minimum = 2, Maximum = 1_000_000 },
        new("stall_seconds", ConfigKind.Integer, "120", "silence after which a peer counts as lost") { Minimum = 1, Maximum = 86400 },
    ];

    private static readonly FrozenDictionary<string, ConfigKey> ByPath = Keys.ToFrozenDictionary(k => k.Path, StringComparer.Ordinal);

    private static readonly FrozenSet<string> Sections =
        Keys.Where(k => k.Path.Contains('.')).Select(k => k.Path[..k.Path.IndexOf('.')]).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The key at <paramref name="path"/>, or null.</summary>
    public static ConfigKey? Find(string path) => ByPath.GetValueOrDefault(path);

    /// <summary>Whether <paramref name="path"/> is a level that holds keys.</summary>
    public static bool IsSection(string path) => Sections.Contains(path);

    /// <summary>The existing key that <paramref name="path"/> was most likely meant to be (least edit distance).</summary>
    public static string Nearest(string path) => Keys.MinBy(k => Distance(k.Path, path))!.Path;

    /// <summary>Least number of insertions, deletions and substitutions (Levenshtein 1966). Cost: product of the lengths.</summary>
    internal static int Distance(string x, string y)
    {
        if (y.Length > 100) y = y[..100];
        var row = new int[y.Length + 1];
        for (var j = 0; j <= y.Length; j++) row[j] = j;
        for (var i = 1; i <= x.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= y.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, diagonal + (x[i - 1] == y[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }
        return row[^1];
    }
}
