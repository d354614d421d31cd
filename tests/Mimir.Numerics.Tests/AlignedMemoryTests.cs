using System.Runtime.CompilerServices;
using Xunit;

namespace Mimir.Numerics.Tests;

public sealed class AlignedMemoryTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(1_000_003)]
    public unsafe void It_is_aligned_and_zero(int length)
    {
        using AlignedMemory memory = new(length);
        Assert.Equal(length, memory.Length);
        Assert.Equal(length, memory.Span.Length);
        Assert.Equal(length, memory.Memory.Length);
        Assert.True(memory.Span.IndexOfAnyExcept(0.0) < 0);
        if (length > 0)
            Assert.Equal(0u, (nuint)Unsafe.AsPointer(ref memory.Span[0]) % 64);
    }

    [Fact]
    public void Disposing_zeroes_and_refuses_further_use()
    {
        AlignedMemory memory = new(100);
        Memory<double> kept = memory.Memory;
        kept.Span.Fill(7);
        memory.Dispose();
        memory.Dispose();
        Assert.True(kept.Span.IndexOfAnyExcept(0.0) < 0);
        Assert.Throws<ObjectDisposedException>(() => memory.Memory);
        Assert.Throws<ObjectDisposedException>(() => memory.Span.Length);
    }

    [Fact]
    public void Impossible_lengths_are_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => new AlignedMemory(-1));

    [Fact]
    public void Bandwidth_is_a_positive_number() =>
        Assert.InRange(MemoryBandwidth.MeasureReadGigabytesPerSecond(2, bytes: 1 << 16, repeats: 1), double.Epsilon, 1e6);

    [Fact]
    public async Task Bytes_are_a_window_on_the_elements()
    {
        using var memory = new AlignedMemory(20);
        using var stream = new MemoryStream([.. BitConverter.GetBytes(1.5), .. BitConverter.GetBytes(-2.0)]);
        await stream.ReadExactlyAsync(memory.Bytes(7, 2), TestContext.Current.CancellationToken);
        Assert.Equal((0, 1.5, -2.0, 0), (memory.Span[6], memory.Span[7], memory.Span[8], memory.Span[9]));
        unsafe
        {
            using var pinned = memory.Bytes(7, 2).Pin();
            Assert.Equal(1.5, *(double*)pinned.Pointer);
        }
    }

    [Fact]
    public void What_was_written_is_zeroed()
    {
        var memory = new AlignedMemory(20);
        var kept = memory.Span;
        kept[..5].Fill(3);
        memory.Dispose(5);
        Assert.True(kept.IndexOfAnyExcept(0.0) < 0);
    }
}
