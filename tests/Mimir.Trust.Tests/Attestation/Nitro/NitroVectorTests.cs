using System.Text.Json;
using Mimir.Trust.Attestation.Chains;
using Mimir.Trust.Attestation.Nitro;

namespace Mimir.Trust.Tests.Attestation.Nitro;

/// <summary>Every Nitro case of vectors.json gives its expected answer at its instant.</summary>
public sealed class NitroVectorTests
{
    private const string Framed = "nitro/prod-2025-indef.framed.bin";

    [Theory]
    [InlineData("prod-2024-base")]
    [InlineData("prod-2024-nonce")]
    [InlineData("prod-2021-rsa-pubkey")]
    [InlineData("prod-2023-userdata")]
    [InlineData("debug-2024-full")]
    [InlineData("prod-2025-indef")]
    [InlineData("debug-2025-indef")]
    [InlineData("debug-2023-tlsbound")]
    public void Genuine_documents_are_valid(string id)
    {
        var vector = VectorFiles.Case(id);
        var verdict = NitroVectors.Verify(vector);
        Assert.Empty(verdict.Reasons);
        Assert.True(verdict.IsValid);
        AssertClaims(vector, Assert.IsType<NitroClaims>(verdict.Read));
    }

    [Fact]
    public void Another_root_is_refused()
    {
        var vector = VectorFiles.Case("fake-root");
        var verdict = NitroVectors.Verify(vector);
        Assert.Equal([ChainRefusals.Root], verdict.Reasons.Select(r => r.Code));
        AssertClaims(vector, Assert.IsType<NitroClaims>(verdict.Read));
    }

    [Fact]
    public void Frames_around_a_document_are_refused()
    {
        var vector = VectorFiles.Case("prod-2025-indef");
        var framed = VectorFiles.Read(Framed);
        Assert.Equal(["nitro.malformed"], NitroVectors.Verify(vector, framed).Reasons.Select(r => r.Code));
        var document = NitroVectors.Document(vector);
        var start = framed.AsSpan().IndexOf(document);
        Assert.Equal(4, start);
        Assert.Equal(["nitro.trailing-bytes"], NitroVectors.Verify(vector, framed[start..]).Reasons.Select(r => r.Code));
        Assert.True(NitroVectors.Verify(vector, [0xd2, .. document]).IsValid);
        Assert.Equal(["nitro.malformed"], NitroVectors.Verify(vector, [0xd1, .. document]).Reasons.Select(r => r.Code));
        Assert.Equal(["nitro.malformed"], NitroVectors.Verify(vector, [0xd2, 0xd2, .. document]).Reasons.Select(r => r.Code));
    }

    [Theory]
    [InlineData("prod-2024-base")]
    [InlineData("debug-2023-tlsbound")]
    public void Exactly_the_stated_window_is_valid(string id)
    {
        var vector = VectorFiles.Case(id);
        var window = vector.GetProperty("window");
        var (first, last) = (DateTimeOffset.Parse(window[0].GetString()!), DateTimeOffset.Parse(window[1].GetString()!));
        Assert.True(NitroVectors.Verify(vector, at: first).IsValid);
        Assert.True(NitroVectors.Verify(vector, at: last).IsValid);
        Assert.Contains(ChainRefusals.NotYetValid, NitroVectors.Verify(vector, at: first.AddSeconds(-1)).Reasons.Select(r => r.Code));
        Assert.Contains(ChainRefusals.Expired, NitroVectors.Verify(vector, at: last.AddSeconds(1)).Reasons.Select(r => r.Code));
    }

    private static void AssertClaims(JsonElement vector, NitroClaims claims)
    {
        Assert.Equal(vector.GetProperty("module_id").GetString(), claims.ModuleId);
        Assert.Equal(vector.GetProperty("pcr_count").GetInt32(), claims.Pcrs.Count);
        var stated = vector.GetProperty("pcrs");
        foreach (var (index, value) in claims.Pcrs)
        {
            var expected = stated.TryGetProperty(index.ToString(), out var pcr) ? pcr.GetString() : new string('0', 2 * value.Length);
            Assert.Equal(expected, claims.Fields[$"pcrs.{index}"]);
        }

        Assert.Equal(vector.GetProperty("debug_pcr0_zero").GetBoolean(), claims.IsDebug);
        foreach (var name in (string[])["public_key", "user_data", "nonce"])
            Assert.Equal(vector.GetProperty(name).GetString(), claims.Fields[name]);
    }
}
