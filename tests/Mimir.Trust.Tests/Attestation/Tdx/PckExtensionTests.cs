using Mimir.Trust.Attestation;
using Mimir.Trust.Attestation.Tdx;

namespace Mimir.Trust.Tests.Attestation.Tdx;

/// <summary>Intel's extension of PCK certificates, read strictly.</summary>
public sealed class PckExtensionTests
{
    private static readonly byte[] Components = [.. Enumerable.Range(1, 16).Select(i => (byte)i)];

    [Fact]
    public void A_written_extension_is_read()
    {
        var extension = PckExtension.Parse(PckExtensions.Encode(Components, 300, [1, 2], [1, 2, 3, 4, 5, 6]));
        Assert.Equal(Components, extension.Components);
        Assert.Equal(300, extension.PceSvn);
        Assert.Equal([1, 2], extension.PceId.ToArray());
        Assert.Equal([1, 2, 3, 4, 5, 6], extension.Fmspc.ToArray());
        Assert.Null(extension.PlatformInstance);
    }

    [Fact]
    public void Whatever_is_missing_doubled_or_out_of_range_is_refused()
    {
        Refused(PckExtensions.Encode(Components[..15], 1, [1, 2], new byte[6]));
        Refused(PckExtensions.Encode(Components, -1, [1, 2], new byte[6]));
        Refused(PckExtensions.Encode(Components, 65536, [1, 2], new byte[6]));
        Refused(PckExtensions.Encode(Components, 1, [1], new byte[6]));
        Refused(PckExtensions.Encode(Components, 1, [1, 2], new byte[7]));
        Refused(PckExtensions.Encode(Components, 1, [1, 2], new byte[6], twice: true));
        Refused([.. PckExtensions.Encode(Components, 1, [1, 2], new byte[6]), 0]);
        Refused([]);
    }

    private static void Refused(byte[] bytes) =>
        Assert.Equal(TdxRefusals.PckExtension, Assert.Throws<RefusedException>(() => PckExtension.Parse(bytes)).Code);
}
