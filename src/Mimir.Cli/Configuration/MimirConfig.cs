using Mimir.Transport.Limits;

namespace Mimir.Cli.Configuration;

/// <summary>A complete, checked configuration.</summary>
/// <param name="Active">`security`: MACs on.</param>
/// <param name="Greedy">`topk` is 1: always the likeliest token, unless a flag says otherwise.</param>
/// <param name="FixedPoint">Number formats.</param>
/// <param name="Scheduler">Limits of sessions.</param>
/// <param name="TriplePool">Randomness kept ready, and its audits.</param>
/// <param name="Tls">Links.</param>
/// <param name="Attestation">Evidence: what a process shows, and what it demands.</param>
/// <param name="Limits">What ports grant.</param>
/// <param name="Process">What one role's process needs to know.</param>
/// <param name="Keys">Where data keys come from by name, or null: files are named on the command line.</param>
/// <param name="Sealing">What notices old copies of sealed files.</param>
/// <param name="Gateway">What the gateway serves, and to whom.</param>
public sealed record MimirConfig(
    bool Active, bool Greedy, FixedPointConfig FixedPoint, SchedulerConfig Scheduler, TriplePoolConfig TriplePool, TlsConfig Tls,
    AttestationConfig Attestation, LimitsConfig Limits, ProcessConfig Process, KeysConfig? Keys, SealingConfig Sealing, GatewayConfig Gateway)
{
    /// <summary>`topk` above 1: sample among so many likeliest tokens; 0: among all.</summary>
    public int TopK { get; init; }

    /// <summary>What tokens and lengths may tell.</summary>
    public PrivacyConfig Privacy { get; init; } = new(false, 0, 0, 0, null);
}

/// <summary>What tokens and lengths may tell (docs/privacy.md).</summary>
/// <param name="EarlyStop">A session may stop where its text ends.</param>
/// <param name="EpsilonPerToken">ε of each token: client, what it asks for; node, the most that it takes part in; 0: none is demanded.</param>
/// <param name="EpsilonSession">Most ε of a session; 0: no limit.</param>
/// <param name="EpsilonOwner">Coordinator: most ε of a data owner; 0: no limit.</param>
/// <param name="Ledger">Coordinator: the file of what they have spent.</param>
public sealed record PrivacyConfig(bool EarlyStop, double EpsilonPerToken, double EpsilonSession, double EpsilonOwner, string? Ledger);

/// <summary>Number formats.</summary>
/// <param name="ScaleBits">f.</param>
/// <param name="ChebyshevDegree">Degree of each spline segment.</param>
public sealed record FixedPointConfig(int ScaleBits, int ChebyshevDegree);

/// <summary>Limits of sessions.</summary>
/// <param name="MaxContext">Longest context; null: the model's own.</param>
/// <param name="PaddingBucket">Prompt lengths are rounded up to a multiple of this.</param>
/// <param name="PrefillChunk">Most positions of a prompt in lockstep.</param>
/// <param name="MaxLanes">Most sessions that run on one model at once.</param>
/// <param name="PrefixCache">Megabytes, a model, for beginnings of prompts.</param>
public sealed record SchedulerConfig(int? MaxContext, int PaddingBucket, int PrefillChunk, int MaxLanes, int PrefixCache);

/// <summary>Randomness kept ready.</summary>
/// <param name="MinSize">Steps dealt together.</param>
/// <param name="AuditRate">Share of steps opened and recomputed.</param>
public sealed record TriplePoolConfig(int MinSize, double AuditRate);

/// <summary>Links.</summary>
/// <param name="Enabled">Mutual TLS 1.3.</param>
/// <param name="Identity">Directory of this process's certificate and keys, or null.</param>
/// <param name="Authority">The authority's certificate, or null.</param>
/// <param name="StallSeconds">Silence after which a peer counts as lost.</param>
public sealed record TlsConfig(bool Enabled, string? Identity, string? Authority, int StallSeconds);

/// <summary>Evidence.</summary>
/// <param name="Policy">What peers must show, or null.</param>
/// <param name="Producer">What makes this machine's own.</param>
/// <param name="Tpm">Where the TPM is.</param>
/// <param name="TpmKey">A key of the TPM, or null.</param>
/// <param name="Endorsements">What goes with it, or null.</param>
/// <param name="LabKey">A laboratory's key, or null.</param>
/// <param name="Authority">Coordinator: who signs certificates for it, or null.</param>
/// <param name="CertificateMinutes">Coordinator: for how long.</param>
/// <param name="Revocations">Where the revocation list is kept, or null.</param>
public sealed record AttestationConfig(
    string? Policy, string Producer, string Tpm, uint? TpmKey, string? Endorsements, string? LabKey, string? Authority, int CertificateMinutes, string? Revocations);

/// <summary>What ports grant.</summary>
/// <param name="Ports">Of each port of the process.</param>
/// <param name="HandshakeSeconds">Longest handshake.</param>
public sealed record LimitsConfig(ConnectionLimits Ports, int HandshakeSeconds);

/// <summary>Threads and addresses; each role says which of them it needs.</summary>
/// <param name="Threads">Threads among which large kernels are divided; 0: one a processor.</param>
/// <param name="Listen">Own address.</param>
/// <param name="Advertise">Host under which others reach this process, or null.</param>
/// <param name="Coordinator">The coordinator's, or null.</param>
/// <param name="AuditFile">The coordinator's audit log, or null.</param>
/// <param name="OverlayListen">Where the coordinator exchanges overlay descriptors besides, or null.</param>
public sealed record ProcessConfig(int Threads, string Listen, string? Advertise, string? Coordinator, string? AuditFile = null, string? OverlayListen = null);

/// <summary>What notices old copies of sealed files.</summary>
/// <param name="Counter">tpm, file or none.</param>
/// <param name="Marks">The file, or null.</param>
public sealed record SealingConfig(string Counter, string? Marks);
