using System.Security.Cryptography;
using Mimir.Trust.Attestation;
using Mimir.Trust.Attestation.Simulated;

namespace Mimir.Fuzzing;

/// <summary>A simulated statement by a key of this run.</summary>
internal static class SimulatedSeed
{
    private static readonly ECDsa Key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>The statement.</summary>
    public static byte[] Statement { get; } = SimulatedStatement.Create(Key, new byte[64], new byte[48], new byte[32]);

    /// <summary>The key's point as two sized numbers' contents.</summary>
    public static byte[] Point => [.. Key.ExportParameters(false).Q.X!, 0, 32, .. Key.ExportParameters(false).Q.Y!];

    /// <summary>A laboratory that knows the key.</summary>
    public static VerificationContext Context(DateTimeOffset at) =>
        new() { At = at, Accepted = AcceptedKinds.Lab, LabKeys = [SHA256.HashData(Key.ExportSubjectPublicKeyInfo())] };
}
