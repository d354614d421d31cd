using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace Mimir.Numerics.Threads;

/// <summary>
/// The threads among which a kernel's parts are divided (fork and join). A part's work, and so its result, does not depend on how many threads there are. The caller works
/// along; when the team is busy with another kernel the caller does all parts itself. Allocates nothing in steady state.
/// </summary>
public sealed unsafe class ThreadTeam : IDisposable
{
    private readonly SemaphoreSlim _done = new(0);
    private readonly SemaphoreSlim _wanted = new(0);
    private int _taken;
    private volatile bool _ended;
    private delegate*<void*, int, void> _run;
    private void* _work;
    private int _parts;
    private int _next;
    private int _working;
    private ExceptionDispatchInfo? _failure;

    /// <summary>A team of <paramref name="threads"/>, of which the caller of <see cref="Run"/> is one.</summary>
    public ThreadTeam(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Threads = threads;
        for (var i = 1; i < threads; i++) new Thread(Work) { IsBackground = true, Name = $"kernel {i}" }.Start();
    }

    /// <summary>The process's team: one thread until <see cref="Share"/> says otherwise.</summary>
    public static ThreadTeam Shared { get; private set; } = new(1);

    /// <summary>Threads, the caller's included.</summary>
    public int Threads { get; }

    /// <summary>Gives the process a team of <paramref name="threads"/>. To be called when it starts.</summary>
    public static void Share(int threads)
    {
        if (threads == Shared.Threads) return;
        var old = Shared;
        Shared = new ThreadTeam(threads);
        old.Dispose();
    }

    /// <summary>Into how many parts to divide work of <paramref name="amount"/>: none below <paramref name="least"/>, at most one a thread.</summary>
    public int Parts(long amount, long least) => (int)Math.Clamp(amount / Math.Max(1, least), 1, Threads);

    /// <summary>Where part <paramref name="part"/> of <paramref name="parts"/> of <paramref name="length"/> items begins, in whole multiples of <paramref name="unit"/>.</summary>
    public static int Start(int part, int parts, int length, int unit) => (int)Math.Min(length, ((long)length + unit - 1) / unit * part / parts * unit);

    /// <summary>
    /// Runs parts 0 to <paramref name="parts"/> − 1 of <paramref name="work"/> and returns when all are done. A ref struct, which lives on the caller's stack: the
    /// other threads see it there, spans included, while the caller waits.
    /// </summary>
    /// <exception cref="Exception">What the first part that failed threw; the others have ended.</exception>
    public void Run<TWork>(scoped ref TWork work, int parts)
        where TWork : struct, IPartedWork, allows ref struct
    {
        if (parts <= 1 || Threads == 1 || Interlocked.CompareExchange(ref _taken, 1, 0) != 0)
        {
            for (var part = 0; part < parts; part++) work.Run(part);
            return;
        }
        var others = Math.Min(parts, Threads) - 1;
        _work = Unsafe.AsPointer(ref work);
        _run = &Invoke<TWork>;
        (_parts, _failure, _working) = (parts, null, others);
        Volatile.Write(ref _next, 0);
        _wanted.Release(others);
        TakeParts();
        _done.Wait();
        var failure = _failure;
        _work = null;
        Volatile.Write(ref _taken, 0);
        failure?.Throw();
    }

    /// <summary>Ends the other threads, after the work at hand; what runs later runs on its caller's thread.</summary>
    public void Dispose()
    {
        if (Threads == 1) return;
        SpinWait wait = default;
        while (Interlocked.CompareExchange(ref _taken, 1, 0) != 0) wait.SpinOnce();
        _ended = true;
        _wanted.Release(Threads - 1);
    }

    private static void Invoke<TWork>(void* work, int part)
        where TWork : struct, IPartedWork, allows ref struct =>
        Unsafe.AsRef<TWork>(work).Run(part);

    private void Work()
    {
        while (true)
        {
            _wanted.Wait();
            if (_ended) return;
            TakeParts();
            if (Interlocked.Decrement(ref _working) == 0) _done.Release();
        }
    }

    private void TakeParts()
    {
        for (int part; (part = Interlocked.Increment(ref _next) - 1) < _parts;)
        {
            try
            {
                _run(_work, part);
            }
            catch (Exception failure)
            {
                Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(failure), null);
            }
        }
    }
}
