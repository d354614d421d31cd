using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Mimir.Overlay.Tests.Namespaces;

/// <summary>Frames of 4,000 bytes over one TCP connection, each with its number and a text that is easy to recognise on a wire.</summary>
internal sealed class NumberedStream(Socket sending, Socket receiving)
{
    public const string Marker = "every frame says this in the clear";
    private const int Length = 4000;
    private long _received;
    private volatile bool _end;
    private long _last = Stopwatch.GetTimestamp();

    /// <summary>Frames that have arrived so far, each with the number that was due.</summary>
    public long Received => Interlocked.Read(ref _received);

    /// <summary>The longest time without a frame, for the report.</summary>
    public TimeSpan LongestGap { get; private set; }

    /// <summary>Sends until <see cref="End"/>, then says that it ends.</summary>
    public async Task<long> SendAsync()
    {
        var frame = new byte[Length];
        for (var at = 16; at + Marker.Length <= Length; at += Marker.Length) Encoding.ASCII.GetBytes(Marker).CopyTo(frame, at);
        long number = 0;
        for (; !_end; number++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(frame, number);
            for (var sent = 0; sent < Length;) sent += await sending.SendAsync(frame.AsMemory(sent));
        }
        sending.Shutdown(SocketShutdown.Send);
        return number;
    }

    /// <summary>Receives to the end; the number of frames.</summary>
    public async Task<long> ReceiveAsync()
    {
        var frame = new byte[Length];
        while (true)
        {
            for (var filled = 0; filled < Length;)
            {
                var read = await receiving.ReceiveAsync(frame.AsMemory(filled));
                if (read == 0) return filled == 0 ? Received : throw new EndOfStreamException("the stream ends within a frame");
                filled += read;
            }
            Assert.Equal(Received, BinaryPrimitives.ReadInt64LittleEndian(frame));
            LongestGap = TimeSpan.FromTicks(Math.Max(LongestGap.Ticks, Stopwatch.GetElapsedTime(_last).Ticks));
            _last = Stopwatch.GetTimestamp();
            Interlocked.Increment(ref _received);
        }
    }

    public void End() => _end = true;
}
