using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Mimir.Models.Transformers;
using Mimir.Spdz.Gadgets;
using Mimir.Spdz.Programs;
using Xunit;

namespace Mimir.Spdz.Tests.Threads;

/// <summary>
/// Parties on different processors, with different mathematical libraries, work together: whatever they compute by themselves and must have alike is the same to the last bit. The digests
/// hold on every machine; they change with the tables.
/// </summary>
public sealed class ProcessorTests
{
    /// <summary>Narrower registers, none at all, and the system's library as it is on processors without fused multiply-adds.</summary>
    [Theory]
    [InlineData("DOTNET_EnableAVX512", "0")]
    [InlineData("DOTNET_EnableAVX2", "0")]
    [InlineData("DOTNET_EnableHWIntrinsic", "0")]
    [InlineData("GLIBC_TUNABLES", "glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4")]
    public async Task Other_processors_agree(string variable, string value)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["-noColor", "-method", $"{typeof(ProcessorTests).FullName}.Digest_*"]) start.ArgumentList.Add(argument);
        start.Environment[variable] = value;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0 && output.Contains("Total: 6,", StringComparison.Ordinal), output + await error);
    }

    [Fact]
    public void Digest_of_splines()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var parties = 2; parties <= 3; parties++)
            foreach (var function in Functions(parties))
                foreach (var level in function.Levels)
                    foreach (var piece in level.Coefficients.SelectMany(cell => cell))
                        hash.AppendData(MemoryMarshal.AsBytes(piece.AsSpan()));
        Assert.Equal("87793BB78B4129C34D2D3C9C0E0C382A", Hex(hash));
    }

    [Fact]
    public void Digest_of_rotations()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var table = new RotaryTable(64, 500_000);
        foreach (var position in (int[])[0, 1, 77, 4095, 131_071])
            for (var element = 0; element < 64; element++)
            {
                var (cosine, sine, _) = table.At(position, element);
                hash.AppendData(MemoryMarshal.AsBytes<double>([cosine, sine]));
            }
        Assert.Equal("D66DBF737A69F7BB029F5F5C2B402FF6", Hex(hash));
    }

    [Theory]
    [InlineData("comparison", "45714EE626AF0F4FB23E4C65720885EA")]
    [InlineData("bits", "CED3C06B0EA3D29101B719246F98A266")]
    [InlineData("spline", "6365890678AC2232EF637E1D18ADD00B")]
    [InlineData("bins", "6CFCB13DDAF026C141F210B1D5980034")]
    public async Task Digest_of_gadgets(string gadget, string expected)
    {
        var (result, dealt) = await ThreadCountTests.RunAsync(gadget, 1);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(MemoryMarshal.AsBytes(result.AsSpan()));
        hash.AppendData(MemoryMarshal.AsBytes(dealt.AsSpan()));
        Assert.Equal(expected, Hex(hash));
    }

    private static IEnumerable<SplineFunction> Functions(int parties) =>
    [
        .. Enum.GetValues<ScalarFunction>().Select(f => SplineTables.Activation(f, 32, 20, 2, parties)),
        SplineTables.InverseRoot(768, 1e-5, 10, 2, parties), SplineTables.Cap(50, 32, 16, 2, parties), SoftmaxTables.Exponential(16, 2, 24, parties),
        SoftmaxTables.ExponentialSum(16, 2, 36, parties), SoftmaxTables.Logarithm(16, 2, 36, SoftmaxTables.LogarithmRange(1024), parties),
    ];

    private static string Hex(IncrementalHash hash) => Convert.ToHexString(hash.GetHashAndReset())[..32];
}
