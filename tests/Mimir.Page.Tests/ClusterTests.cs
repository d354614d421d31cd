using Microsoft.Playwright;
using Mimir.Gateway;
using Mimir.Gateway.Tests.Clusters;
using Mimir.Page.Tests.Browsing;

namespace Mimir.Page.Tests;

/// <summary>The page in front of real gateways and a real cluster: every role a process, mutual TLS between them, a real model.</summary>
[Collection(ChromiumCollection.Name)]
public sealed class ClusterTests(Chromium chromium, GatewayCluster cluster) : IClassFixture<GatewayCluster>
{
    [Fact]
    public async Task A_chat_runs_on_noise_and_the_page_shows_it()
    {
        await using var tab = await chromium.OpenAsync(cluster.Gateway.Address);
        var page = tab.Page;
        await tab.GoAsync("/");
        await Assertions.Expect(page.Locator("#cluster")).ToContainTextAsync("2 parties connected");
        await page.GetByText("Options").ClickAsync();
        await page.GetByLabel("Longest answer, in tokens").FillAsync("40");
        await tab.AskAsync("Once upon a time, there was a girl");
        await page.GotoAsync("/#/watch");
        var party = page.GetByRole(AriaRole.Article, new() { Name = "Party" }).First;
        var rounds = party.Locator("dt:has-text('Rounds') + dd");
        await Assertions.Expect(rounds).Not.ToHaveTextAsync("–");
        var first = await rounds.TextContentAsync();
        await Assertions.Expect(rounds).Not.ToHaveTextAsync(first!);
        await Assertions.Expect(page.GetByText("This session is over")).ToBeVisibleAsync(new() { Timeout = 120_000 });
        await tab.PictureAsync("real-watch");
        Assert.Matches("^[1-9]", await party.Locator("dt:has-text('Checks passed') + dd").TextContentAsync());
        await Assertions.Expect(party).ToContainTextAsync("attestation not demanded");
        // 31 degrees of freedom: beyond 80 once in a hundred thousand sessions, and of unmasked numbers always.
        foreach (var text in await party.Locator("figcaption span:last-child").AllTextContentsAsync())
            Assert.InRange(int.Parse(text.Split(' ', ';')[1]), 5, 80);
        await party.Locator("summary").ClickAsync();
        // stories260K: the embedding, five layers, the head.
        await Assertions.Expect(party.Locator("tbody tr")).ToHaveCountAsync(7);
        await Assertions.Expect(page.GetByRole(AriaRole.Article, new() { Name = "Coordinator" })).ToContainTextAsync("masked answer, to its receivers");
        await Assertions.Expect(page.GetByRole(AriaRole.Article, new() { Name = "Triple Service" })).ToContainTextAsync("MB of random masks");
        await page.GotoAsync("/#/chat");
        Assert.NotEmpty((await page.Locator(".message.assistant .text").TextContentAsync())!);
        await tab.PictureAsync("real-chat");
        tab.RequireQuiet();
    }

    [Fact]
    public async Task Stop_ends_the_secure_session()
    {
        await using var tab = await chromium.OpenAsync(cluster.Gateway.Address);
        await tab.GoAsync("/");
        await tab.Page.GetByText("Options").ClickAsync();
        await tab.Page.GetByLabel("Longest answer, in tokens").FillAsync("400");
        await tab.AskAsync("Lily had a");
        await Assertions.Expect(tab.Page.Locator(".message.assistant .text")).Not.ToHaveTextAsync("");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Stop" }).ClickAsync();
        await tab.Page.GotoAsync("/#/watch");
        await tab.Page.GetByText("This session is over").WaitForAsync();
        Assert.Equal("stopped", cluster.Gateway.State.Sessions.All[0].State.ToString().ToLowerInvariant());
        tab.RequireQuiet();
    }

    [Fact]
    public async Task A_session_that_another_program_started_is_shown_without_its_words()
    {
        await using var tab = await chromium.OpenAsync(cluster.Gateway.Address);
        await tab.GoAsync("/#/watch");
        using var other = new HttpClient { BaseAddress = cluster.Gateway.Address };
        var asking = other.PostAsync("/v1/completions", new StringContent("""{"model":"stories260K","prompt":"Tim saw a big","max_tokens":60,"stream":true}""", System.Text.Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Article, new() { Name = "Party" }).First).ToContainTextAsync("This is what they look like: noise");
        Assert.DoesNotContain("Tim saw", await tab.Page.ContentAsync());
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Stop it" }).ClickAsync();
        await tab.Page.GetByText("This session is over").WaitForAsync();
        (await asking).Dispose();
        tab.RequireQuiet();
    }

    [Fact]
    public async Task Two_organisations_hold_a_joint_session_by_a_link()
    {
        _ = GatewayCluster.Model;
        var (north, south) = (await cluster.StartAsync("north"), await cluster.StartAsync("south"));
        await using var first = await chromium.OpenAsync(north.Address);
        await using var second = await chromium.OpenAsync(south.Address, 390, 844);
        await first.GoAsync("/#/joint");
        var offer = first.Page.GetByRole(AriaRole.Region, new() { Name = "Start one" });
        await offer.GetByLabel("Your text").FillAsync("Once upon a time, there was");
        await offer.GetByLabel("The other data owner").FillAsync("south");
        await offer.GetByLabel("Room for its text").FillAsync("16");
        await offer.GetByLabel("Longest answer").FillAsync("12");
        await offer.GetByRole(AriaRole.Button, new() { Name = "Make the link" }).ClickAsync();
        var link = await first.Page.GetByLabel("Link for the other side").InputValueAsync();

        await second.GoAsync("/" + link[link.IndexOf('#', StringComparison.Ordinal)..]);
        await second.Page.GetByText("exactly").First.WaitForAsync();
        await second.PictureAsync("real-joint-terms");
        await second.Page.Locator("#joint-own").FillAsync("a little girl named Lily");
        await second.Page.GetByRole(AriaRole.Button, new() { Name = "Agree and bring my text" }).ClickAsync();
        foreach (var tab in (Tab[])[first, second])
            await Assertions.Expect(tab.Page.GetByText("Done.", new() { Exact = true }).First).ToBeVisibleAsync(new() { Timeout = 120_000 });
        await first.PictureAsync("real-joint");
        var answers = await Task.WhenAll(first.Page.Locator(".panel .text").TextContentAsync(), second.Page.Locator(".panel .text").TextContentAsync());
        Assert.NotEmpty(answers[0]!);
        Assert.Equal(answers[0], answers[1]);
        // Neither page has ever had the other's words.
        Assert.DoesNotContain("little girl named", await first.Page.ContentAsync());
        Assert.DoesNotContain("Once upon a time, there was", await second.Page.ContentAsync());
        first.RequireQuiet();
        second.RequireQuiet();
    }
}
