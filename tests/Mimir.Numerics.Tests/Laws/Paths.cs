using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Mimir.Numerics.Kernels;
using Xunit;

namespace Mimir.Numerics.Tests.Laws;

/// <summary>Every register width; a test of one that this machine lacks is skipped.</summary>
public enum Path
{
    Scalar,
    Vector128,
    Vector256,
    Vector512,
}

internal static class Paths
{
    public static FieldKernels Kernels(this Path path)
    {
        (FieldKernels kernels, bool supported) = path switch
        {
            Path.Scalar => (FieldKernels.Scalar, true),
            Path.Vector128 => (FieldKernels.Vector128Path, Vector128.IsHardwareAccelerated),
            Path.Vector256 => (FieldKernels.Vector256Path, Vector256.IsHardwareAccelerated && Fma.IsSupported),
            _ => (FieldKernels.Vector512Path, Vector512.IsHardwareAccelerated),
        };
        Assert.SkipUnless(supported, $"This machine has no {path} registers.");
        return kernels;
    }
}
