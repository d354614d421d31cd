using Mimir.Services.Attesting.Configfs;

namespace Mimir.Fuzzing;

/// <summary>A kernel whose attributes all have the same content.</summary>
internal sealed class KernelSeed(byte[] attribute) : TsmReports(Scratch.At("kernel"))
{
    protected override void Create(string name)
    {
    }

    protected override void Write(string name, string attribute, ReadOnlySpan<byte> value)
    {
    }

    protected override byte[] Read(string name, string attribute1) => attribute;

    protected override void Remove(string name)
    {
    }
}
