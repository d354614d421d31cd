using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Intrinsics.X86;
using Mimir.Cli.Configuration;
using Mimir.Models.Files;
using Mimir.Numerics;
using Mimir.Overlay.Interfaces;
using Mimir.Services.Attesting;
using Mimir.Services.Hardening;

namespace Mimir.Cli.Diagnosis;

/// <summary>Examines whether and how well Mimir can run here.</summary>
public static class Examination
{
    private const long MeasuredBytes = 256L << 20;

    /// <summary>All findings; <paramref name="model"/> is the shipped model's directory, or null when there is none.</summary>
    public static async Task<IReadOnlyList<Finding>> RunAsync(string? model, CancellationToken cancellation) =>
    [
        Runtime(), Processor(), Encryption(), Memory(), Bandwidth(1), Bandwidth(Environment.ProcessorCount),
        await Guarded("loopback TLS 1.3", LoopbackTls.TryAsync, cancellation), Ports(), TemporaryDirectory(), Model(model),
        .. Evidence(), Overlay(), .. ProcessHardening.Examine().Select(outcome => new Finding(outcome.Name, outcome.Ok, false, outcome.Detail)),
    ];

    private static Finding Runtime() => new(".NET", Environment.Version.Major >= 10, true, $"{Environment.Version} (10 or newer is needed)");

    private static Finding Processor()
    {
        var width = Avx512F.IsSupported ? "AVX-512" : Avx2.IsSupported ? "AVX2" : "neither AVX-512 nor AVX2; slower, same results";
        var fused = Fma.IsSupported || System.Runtime.Intrinsics.Arm.AdvSimd.Arm64.IsSupported;
        return new("processor", fused, false, $"{Environment.ProcessorCount} cores, {width}, {(fused ? "fused multiply-add" : "no fused multiply-add: slow")}");
    }

    private static Finding Encryption()
    {
        var ok = System.Runtime.Intrinsics.X86.Aes.IsSupported || System.Runtime.Intrinsics.Arm.Aes.IsSupported;
        return new("AES instructions", ok, false, ok ? "present" : "absent: randomness is expanded slowly");
    }

    private static Finding Memory()
    {
        var bytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        return new("memory", bytes >= 1L << 30, true, $"{Quantity.Bytes(bytes)} for this process ('mimir plan' says what a model needs)");
    }

    private static Finding Bandwidth(int threads)
    {
        var rate = MemoryBandwidth.MeasureReadGigabytesPerSecond(threads, MeasuredBytes, 2);
        var who = threads == 1 ? "1 thread" : $"{threads} threads";
        return new($"memory read, {who}", rate > 0, false, string.Create(CultureInfo.InvariantCulture, $"{rate:0.0} GB/s"));
    }

    private static Finding Ports()
    {
        try
        {
            var listeners = Enumerable.Range(0, 8).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
            foreach (var listener in listeners) listener.Start();
            foreach (var listener in listeners) listener.Stop();
            return new("free ports", true, true, "127.0.0.1 gives out ports");
        }
        catch (SocketException e)
        {
            return new("free ports", false, true, $"no port on 127.0.0.1: {e.Message}");
        }
    }

    private static Finding TemporaryDirectory()
    {
        var path = Path.GetTempPath();
        try
        {
            var folder = Directory.CreateTempSubdirectory("mimir-doctor-");
            File.WriteAllText(Path.Combine(folder.FullName, "file"), "x");
            folder.Delete(recursive: true);
            return new("temporary directory", true, true, $"{path} can be written to");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new("temporary directory", false, true, $"{path} cannot be written to: {e.Message}; set TMPDIR");
        }
    }

    /// <summary>What this machine can prove about itself. Lacking it, it can still run where no attestation policy demands evidence.</summary>
    private static IEnumerable<Finding> Evidence()
    {
        var tpm = Environment.GetEnvironmentVariable(ConfigSchema.Find("attestation.tpm")!.Variable) ?? ConfigSchema.Find("attestation.tpm")!.Default!;
        var found = new MachineDetection().Examine(tpm);
        yield return new("evidence", found.Any(f => f.IsUsable), false, found.FirstOrDefault(f => f.IsUsable) is { } best
            ? $"this machine can attest with its {best.Name}"
            : "this machine can attest with nothing; it can join only where attestation.policy is not set");
        foreach (var producer in found) yield return new(producer.Name, producer.IsUsable, false, producer.Detail);
        var counts = found.Any(f => f is { Kind: ProducerKind.Tpm, IsUsable: true });
        yield return new("old copies of sealed files", counts, false, counts
            ? "the TPM can count versions: set sealing.counter: tpm"
            : "no TPM that could count versions; sealing.counter: file notices some of them (docs/sealed-storage.md)");
    }

    /// <summary>Which overlay this machine can run. Lacking it, members reach each other without; TLS is there in any case.</summary>
    private static Finding Overlay() => OverlayInterface.Obstacle() is { } obstacle
        ? new("overlay", false, false, obstacle)
        : new("overlay", true, false, $"'mimir wireguard' can run here, {(OverlayInterface.IsInKernel ? "with the kernel's WireGuard" : "with wireguard-go; the kernel has no WireGuard, or the program 'wg' (package wireguard-tools) is missing")}");

    private static Finding Model(string? path)
    {
        if (path is null) return new("shipped model", false, false, "not found; 'demo' then needs --model DIR");
        try
        {
            using var model = ModelDirectory.Open(path);
            return new("shipped model", true, false, $"{model.Name}, {Quantity.Count(model.Weights.Layout.Parameters)} weights");
        }
        catch (Mimir.Models.ModelFormatException e)
        {
            return new("shipped model", false, false, e.Message);
        }
    }

    private static async Task<Finding> Guarded(string name, Func<CancellationToken, Task<string>> attempt, CancellationToken cancellation)
    {
        try
        {
            return new(name, true, true, await attempt(cancellation));
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            return new(name, false, true, e.Message.ReplaceLineEndings(" "));
        }
    }
}
