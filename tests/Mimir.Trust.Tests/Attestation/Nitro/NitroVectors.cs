using System.Text.Json;
using Mimir.Trust.Attestation;

namespace Mimir.Trust.Tests.Attestation.Nitro;

/// <summary>Nitro cases of vectors.json.</summary>
internal static class NitroVectors
{
    public static byte[] Document(JsonElement vector) => VectorFiles.Read(vector.GetProperty("doc").GetString()!);

    public static Verdict Verify(JsonElement vector, byte[]? document = null, DateTimeOffset? at = null) =>
        Verify(document ?? Document(vector), at ?? VectorFiles.At(vector));

    public static Verdict Verify(ReadOnlyMemory<byte> document, DateTimeOffset at) =>
        EvidenceVerifier.Verify(new Evidence(EvidenceKind.Nitro, document), new VerificationContext { At = at });
}
