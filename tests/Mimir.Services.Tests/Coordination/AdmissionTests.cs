using Mimir.Services.Coordination;
using Mimir.Trust;

namespace Mimir.Services.Tests.Coordination;

public sealed class AdmissionTests
{
    private readonly List<int> _started = [];
    private readonly Admission _admission = new(2);

    [Fact]
    public void So_many_run_at_once_and_the_others_follow_in_order()
    {
        foreach (var i in Enumerable.Range(1, 5)) Enter(i);
        Assert.Equal([1, 2], _started);
        _admission.Leave(Id(2));
        Assert.Equal([1, 2, 3], _started);
        _admission.Leave(Id(1));
        _admission.Leave(Id(3));
        Assert.Equal([1, 2, 3, 4, 5], _started);
    }

    [Fact]
    public void Who_leaves_the_line_never_starts_and_frees_no_place()
    {
        foreach (var i in Enumerable.Range(1, 4)) Enter(i);
        _admission.Leave(Id(3));
        _admission.Leave(Id(3));
        Assert.Equal([1, 2], _started);
        _admission.Leave(Id(1));
        Assert.Equal([1, 2, 4], _started);
    }

    [Fact]
    public void A_session_that_ends_while_it_starts_makes_room()
    {
        foreach (var i in Enumerable.Range(1, 3))
            _admission.Enter(Id(i), () =>
            {
                _started.Add(i);
                _admission.Leave(Id(i));
            });
        Assert.Equal([1, 2, 3], _started);
    }

    private static SessionId Id(int number) => new(7, (ulong)number);

    private void Enter(int number) => _admission.Enter(Id(number), () => _started.Add(number));
}
