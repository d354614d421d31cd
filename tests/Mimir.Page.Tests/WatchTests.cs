using Microsoft.Playwright;
using Mimir.Page.Tests.Browsing;
using Mimir.Page.Tests.Recorded;

namespace Mimir.Page.Tests;

/// <summary>"Who sees what" and the joint page, with an API that answers from a script.</summary>
[Collection(ChromiumCollection.Name)]
public sealed class WatchTests(Chromium chromium)
{
    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public async Task Figures_grow_while_the_session_runs_and_everybody_is_drawn(int parties)
    {
        await using var gateway = await RecordedGateway.StartAsync();
        (gateway.Parties, gateway.Pieces) = (parties, ["Once", RecordedGateway.Wait, " upon"]);
        await using var tab = await chromium.OpenAsync(gateway.Address);
        await tab.GoAsync("/");
        await tab.AskAsync("What do they see?");
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "See what each one held" }).ClickAsync();
        var party = tab.Page.GetByRole(AriaRole.Article, new() { Name = "Party p0" });
        var rounds = party.Locator("dt:has-text('Rounds') + dd");
        var first = await NumberAsync(rounds);
        await tab.Page.WaitForFunctionAsync("before => Number([...document.querySelectorAll('#party-p0 dt')].find(d => d.textContent === 'Rounds').nextSibling.textContent.replace(/\\D/g, '')) > before", first);
        await Assertions.Expect(party.GetByRole(AriaRole.Img)).ToHaveCountAsync(2);
        await Assertions.Expect(party.GetByRole(AriaRole.Img).First).ToHaveAttributeAsync("aria-label", new System.Text.RegularExpressions.Regex("Nearly level: chi-square \\d+"));
        await Assertions.Expect(party).ToContainTextAsync("This is what they look like: noise");
        Assert.Equal(parties, await tab.Page.Locator("#diagram .bars").CountAsync());
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Article)).ToHaveCountAsync(parties + 4);
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Article, new() { Name = "Coordinator" })).ToContainTextAsync("no key to any of them");
        await Assertions.Expect(tab.Page.GetByLabel("Prompt", new() { Exact = true })).ToHaveTextAsync("What do they see?");
        // The picture's parts lead to the words about them.
        await tab.Page.Locator("#diagram a[href='#/watch/triple-service']").ClickAsync();
        await Assertions.Expect(tab.Page.Locator("#triple-service")).ToBeFocusedAsync();
        gateway.Continue();
        await tab.Page.GetByText("This session is over").WaitForAsync();
        tab.RequireQuiet();
    }

    [Fact]
    public async Task Those_who_listen_find_their_way()
    {
        await using var gateway = await RecordedGateway.StartAsync();
        await using var tab = await chromium.OpenAsync(gateway.Address);
        await tab.GoAsync("/");
        await tab.AskAsync("hello");
        await tab.Page.GotoAsync("/#/watch");
        await tab.Page.GetByText("This session is over").WaitForAsync();
        foreach (var role in (AriaRole[])[AriaRole.Banner, AriaRole.Main, AriaRole.Contentinfo, AriaRole.Status])
            await Assertions.Expect(tab.Page.GetByRole(role)).ToHaveCountAsync(1);
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Navigation, new() { Name = "Main" })).ToBeVisibleAsync();
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Link, new() { Name = "Who sees what", Exact = true })).ToHaveAttributeAsync("aria-current", "page");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Who sees what");
        await Assertions.Expect(tab.Page.GetByLabel("Session", new() { Exact = true })).ToBeVisibleAsync();
        var nameless = await tab.Page.EvaluateAsync<string[]>(
            "[...document.querySelectorAll('button, a, input, select, textarea')].filter(e => !(e.textContent.trim() || e.getAttribute('aria-label') || e.labels?.length)).map(e => e.outerHTML)");
        Assert.Empty(nameless);
        var twice = await tab.Page.EvaluateAsync<string[]>("[...document.querySelectorAll('[id]')].map(e => e.id).filter((id, i, all) => all.indexOf(id) !== i)");
        Assert.Empty(twice);
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Read out the figures" }).FocusAsync();
        await tab.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Status)).ToContainTextAsync("Party p0:");
        tab.RequireQuiet();
    }

    [Fact]
    public async Task Movement_stops_for_those_who_ask_for_it()
    {
        await using var gateway = await RecordedGateway.StartAsync();
        foreach (var still in (bool[])[true, false])
        {
            await using var tab = await chromium.OpenAsync(gateway.Address, still: still);
            await tab.GoAsync("/");
            await tab.AskAsync("hello");
            await tab.Page.GotoAsync("/#/watch");
            await tab.Page.Locator("#diagram .bars rect").First.WaitForAsync(new() { State = WaitForSelectorState.Attached });
            var moves = await tab.Page.EvaluateAsync<string>("getComputedStyle(document.querySelector('#diagram .bars rect')).transitionDuration");
            Assert.Equal(still, moves == "0s");
        }
    }

    /// <summary>The computation of contrast itself: it sees a grey that is too light.</summary>
    [Fact]
    public async Task Text_that_is_hard_to_read_is_noticed()
    {
        await using var gateway = await RecordedGateway.StartAsync();
        await using var tab = await chromium.OpenAsync(gateway.Address);
        await tab.GoAsync("/");
        Assert.Empty(await tab.Page.EvaluateAsync<string[]>(Readability.Script));
        await tab.Page.EvaluateAsync("document.documentElement.style.setProperty('--muted', '#9aa2a8')");
        Assert.NotEmpty(await tab.Page.EvaluateAsync<string[]>(Readability.Script));
        await tab.Page.EvaluateAsync("document.documentElement.style.removeProperty('--muted'), document.documentElement.style.setProperty('--edge', '#c8cdd0')");
        await tab.Page.EvaluateAsync("document.activeElement.blur()");
        Assert.NotEmpty(await tab.Page.EvaluateAsync<string[]>(Readability.Script));
    }

    private static async Task<int> NumberAsync(ILocator locator)
    {
        await Assertions.Expect(locator).Not.ToHaveTextAsync("–");
        return int.Parse(string.Concat((await locator.TextContentAsync())!.Where(char.IsDigit)));
    }
}
