using Mimir.Services.Attesting;

namespace Mimir.Services.Hosting;

/// <summary>What a process shows to be admitted, and what it demands of others (configuration keys below <c>attestation</c>).</summary>
public sealed record AttestationSettings
{
    /// <summary>The attestation policy's file; null: certificates alone are enough.</summary>
    public string? Policy { get; init; }

    /// <summary>What makes this machine's evidence.</summary>
    public ProducerKind Producer { get; init; } = ProducerKind.None;

    /// <summary>Where the TPM is: a device, <c>unix:PATH</c> or <c>tcp:HOST:PORT</c>.</summary>
    public string Tpm { get; init; } = Attesting.Tpm.TpmConnection.DefaultAddress;

    /// <summary>A persistent attestation key of the TPM; null: one that is made from the chip's endorsement seed.</summary>
    public uint? TpmKey { get; init; }

    /// <summary>Directory of what accompanies the evidence: certificates, revocation lists (DER or PEM), collateral (JSON); null: nothing.</summary>
    public string? Endorsements { get; init; }

    /// <summary>The laboratory's key for simulated evidence, PEM.</summary>
    public string? LabKey { get; init; }

    /// <summary>Coordinator: directory of the authority that issues certificates to nodes whose evidence is accepted; null: it registers nobody.</summary>
    public string? Authority { get; init; }

    /// <summary>Coordinator: how long such a certificate is good.</summary>
    public TimeSpan Validity { get; init; } = TimeSpan.FromHours(3);

    /// <summary>For the log: what is demanded of peers.</summary>
    internal string Demand => Policy is null
        ? "attestation: none is demanded (attestation.policy is not set); whoever has a certificate of the authority may take part, and nothing proves what it runs"
        : $"attestation: parties and Triple Service must show evidence that {Policy} accepts";

    /// <summary>Where the revocation list in force is kept across restarts; null: nowhere.</summary>
    public string? Revocations { get; init; }
}
